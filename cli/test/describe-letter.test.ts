import { parseExactJson, type DeadLetter } from '@jobico/contract';
import { expect, test } from 'vitest';
import { describeLetter } from '../src/show/describe-letter.ts';

const LETTER: DeadLetter = {
  id: '12',
  tenant: 'acme',
  queue: 'default',
  time: '2026-11-21T10:00:00.000Z',
  event: { id: 'e-1', name: 'order-placed', key: 'c-1', redriveOf: { deadLetter: '7', count: 2 } },
  sequence: 17,
  attempts: 5,
  package: 'shop',
  job: 'price',
  execution: '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
  error: { code: 'permanent', message: 'no' },
  data: parseExactJson('{"n":9007199254740993}'),
};

test('a dead letter is shown with its cause, where it comes from and its payload', () => {
  const text = describeLetter(LETTER);
  for (const part of [
    'dead letter 12',
    'permanent: no',
    'order-placed e-1',
    'acme/default #17',
    'shop/price',
    '2 times, last from dead letter 7',
    '"n": 9007199254740993',
  ]) {
    expect(text).toContain(part);
  }
});

test('what a producer wrote cannot reach the terminal, and is shortened', () => {
  const hostile = '\u001b[2J'.repeat(2000);
  const text = describeLetter({
    ...LETTER,
    event: { id: hostile.slice(0, 20), name: 'x' },
    error: { code: 'invalid', message: hostile.slice(0, 20) },
    faults: [{ path: '/a', message: hostile.slice(0, 20) }],
    data: hostile,
    isText: true,
  });
  expect(text).not.toContain('\u001b[2J');
  expect(text.length).toBeLessThan(12_000);
});

test('of a letter without its payload none is shown', () => {
  expect(describeLetter({ ...LETTER, data: null, isLeftOut: true })).not.toContain('null');
});
