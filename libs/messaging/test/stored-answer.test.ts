import { expect, test } from 'vitest';
import { isDuplicate, isStored } from '../src/publishing/stored-answer.ts';

test.each([
  ['{"stream":"QUEUE_t_q","seq":1}', true],
  ['{"stream":"QUEUE_t_q","seq":9876543210,"duplicate":true}', true],
  ['{"stream":"QUEUE_t_q","seq":0}', false],
  ['{"stream":"QUEUE_t_q","seq":}', false],
  ['{"stream":"","seq":1}', false],
  ['{"stream":"QUEUE_t_q"}', false],
  ['{"stream":"QUEUE_t_q","domain":"d","seq":1}', false],
  ['{"error":{"code":503},"stream":"QUEUE_t_q","seq":1}', false],
  [' {"stream":"QUEUE_t_q","seq":1}', false],
  ['{"stream":"QUEUE_t_q', false],
  ['"stream"', false],
  ['', false],
])('%s says that a message is stored: %s', (text, expected) => {
  expect(isStored(Buffer.from(text))).toBe(expected);
});

test('an answer says whether the message was taken for one that had been stored', () => {
  expect(isDuplicate(Buffer.from('{"stream":"QUEUE_t_q", "seq":1,"duplicate": true}'))).toBe(true);
  expect(isDuplicate(Buffer.from('{"stream":"QUEUE_t_q","seq":1}'))).toBe(false);
  expect(isDuplicate(Buffer.from('e}'))).toBe(false);
});
