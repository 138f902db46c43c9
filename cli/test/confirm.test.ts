import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from '../src/session/confirm.ts';

function terminal(answer: string | undefined, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  if (answer === undefined) input.end();
  else input.write(`${answer}\n`);
  let text = '';
  output.on('data', (chunk) => (text += String(chunk)));
  return { input, output, shown: () => text };
}

test.each([
  ['y', true],
  ['Yes', true],
  ['', false],
  ['n', false],
  ['yesterday', false],
  ['\u0003', false],
])('the answer %j is %s', async (answer, expected) => {
  const streams = terminal(answer);
  expect(await confirm('Delete?', streams)).toBe(expected);
  expect(streams.shown()).toContain('Delete? [y/N]');
});

test('the end of the input is a no', async () => {
  expect(await confirm('Delete?', terminal(undefined))).toBe(false);
});

test('where nobody is at a terminal, nothing is asked', async () => {
  const streams = terminal('n', false);
  expect(await confirm('Delete?', streams)).toBe(true);
  expect(streams.shown()).toBe('');
});
