import { JobicoError } from '@jobico/contract';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { problemOf } from '../src/transport/errors.ts';

test('a failure of our own shows an id and nothing else of it', () => {
  const log = createSilentLogger();
  const problem = problemOf(new TypeError('secret internals'), log, 'node.list');
  expect(problem).toMatchObject({
    status: 500,
    code: 'internal',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect(JSON.stringify(problem)).not.toContain('secret');
});

test('the id of a failure names it in the log, with its cause', () => {
  const lines: unknown[] = [];
  const log = createSilentLogger();
  log.error = (line: unknown) => void lines.push(line);
  const error = new TypeError('secret internals');
  const { id } = problemOf(error, log, 'node.list');
  expect(lines).toEqual([{ err: error, operation: 'node.list', id }]);
});

test('an error that says what the caller can do keeps its words', () => {
  const problem = problemOf(
    new JobicoError('conflict', 'changed meanwhile', { hint: 'Again.' }),
    createSilentLogger(),
    'x',
  );
  expect(problem).toMatchObject({ status: 409, detail: 'changed meanwhile', hint: 'Again.' });
});
