import { parseExactJson } from '@jobico/contract';
import { expect, test } from 'vitest';

test.each(['9007199254740993', '[1.10,1e400]', '{"a":{"b":123456789012345678901234567890}}', '{"n":1,"s":"x"}'])(
  'writes %s as it was read',
  (text) => {
    expect(JSON.stringify(parseExactJson(text))).toBe(text);
  },
);

test('text that is no JSON is a SyntaxError', () => {
  expect(() => parseExactJson('{"a":')).toThrow(SyntaxError);
});
