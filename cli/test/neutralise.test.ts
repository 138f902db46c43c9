import { expect, test } from 'vitest';
import { neutralise, neutraliseJson, neutraliseLines } from '../src/output/neutralise.ts';

test.each([
  ['an ANSI sequence', 'a\u001b[31mred', 'a\\e[31mred'],
  ['a title-setting sequence', '\u001b]0;owned\u0007', '\\e]0;owned\\u0007'],
  ['the C1 form of a sequence', '\u009b2J', '\\u009b2J'],
  ['C0 controls', 'a\0b\bc', 'a\\u0000b\\u0008c'],
  ['DEL', 'a\u007f', 'a\\u007f'],
  ['line ends', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['separators', 'a\u2028b\u2029c\u0085', 'a\\u2028b\\u2029c\\u0085'],
  ['a bidirectional override', 'user\u202etxt.exe', 'user\\u202etxt.exe'],
  ['bidirectional isolates and marks', '\u2066a\u2069\u200f\u061c', '\\u2066a\\u2069\\u200f\\u061c'],
  ['invisible tags', 'a\u{e0041}', 'a\\u{e0041}'],
  ['half of a surrogate pair', 'a\ud800', 'a\\ud800'],
])('makes %s visible', (_, text, shown) => {
  expect(neutralise(text)).toBe(shown);
});

test('leaves text of any language and emoji as they are', () => {
  const text = 'Grüße, 注文, заказ, طلب, 👩‍👩‍👧 ok';
  expect(neutralise(text)).toBe(text);
});

test('lines are told apart, and neutralised each', () => {
  expect(neutraliseLines('a\r\nb\n\u001b[2Kc')).toEqual(['a', 'b', '\\e[2Kc']);
});

test('JSON keeps its meaning and loses what a terminal obeys', () => {
  const value = { text: 'a\u009b2J \u202e \u007f \u{e0041} é\n' };
  const json = neutraliseJson(JSON.stringify(value, null, 2));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).not.toMatch(/[\u007f-\u009f\u202e]/);
});
