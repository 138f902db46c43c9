import { parseExactJson } from '@jobico/contract';
import { expect, test } from 'vitest';
import { createRedactor, type Redactor } from '../src/secrets/redactor.ts';

function redactorOf(secrets: Record<string, string>): Redactor {
  const redactor = createRedactor(new Map(Object.entries(secrets)));
  if (!redactor) throw new Error('there is nothing to redact');
  return redactor;
}

test('a job that has no secret has no redactor', () => {
  expect(createRedactor(new Map())).toBeUndefined();
});

test('every occurrence of every secret gives way to its name, the longest first', () => {
  const redactor = redactorOf({ A: 's3cret', B: 's3cret-and-more' });
  expect(redactor.text('s3cret, s3cret-and-more, s3cret')).toBe('[secret A], [secret B], [secret A]');
  expect(redactor.text('nothing')).toBe('nothing');
});

test.each([
  ['in JSON', JSON.stringify({ key: 'a"b\\c\nd' })],
  ['in a URL', `https://x.test/?key=${encodeURIComponent('a"b\\c\nd')}`],
])('a secret with special characters is found as it stands %s', (_, text) => {
  expect(redactorOf({ A: 'a"b\\c\nd' }).text(text)).toContain('[secret A]');
});

test('lines of a key are found one by one', () => {
  const redactor = redactorOf({ PEM: `-----BEGIN KEY-----\n${'x'.repeat(40)}\nab\n-----END KEY-----` });
  expect(redactor.text(`got ${'x'.repeat(40)}, ab`)).toBe('got [secret PEM], ab');
});

test('JSON stays JSON: names, strings and numbers that hold a secret are redacted, all else keeps its digits', () => {
  const redactor = redactorOf({ N: '777777', S: 'hush-hush' });
  const text = '{"hush-hush":1.10,"a":[777777,12345678901234567890,0.777777e3,"\\u0068ush-hush"],"b":null,"c":true}';
  expect(redactor.json(text)).toBe(
    '{"[secret S]":1.10,"a":["[secret N]",12345678901234567890,"0.[secret N]e3","[secret S]"],"b":null,"c":true}',
  );
  expect(redactor.json('{"x": 1.10}')).toBe('{"x": 1.10}');
});

test('values of events are redacted all the way down', () => {
  const redactor = redactorOf({ S: 'hush-hush' });
  const value = parseExactJson('{"a":{"hush-hush":["say hush-hush",12345678901234567890]}}');
  expect(JSON.stringify(redactor.value(value))).toBe('{"a":{"[secret S]":["say [secret S]",12345678901234567890]}}');
});

test('what is nested too deep for the record is redacted all the same', () => {
  const text = `${'['.repeat(300)}"hush-hush"${']'.repeat(300)}`;
  expect(redactorOf({ S: 'hush-hush' }).json(text)).not.toContain('hush-hush');
});

test.each([
  ['of blanks', ' '.repeat(6)],
  ['with little between blanks', `a${' '.repeat(6)}`],
])('a secret %s is found whole, and not in what holds none of it', (_, secret) => {
  const redactor = redactorOf({ S: secret });
  expect(redactor.text('a bare word')).toBe('a bare word');
  expect(redactor.json('')).toBe('');
  expect(redactor.text(`say:${secret}!`)).toBe('say:[secret S]!');
});

test('a short secret with a line end is found without it', () => {
  expect(redactorOf({ S: '12345\n' }).text('pin is 12345, done')).toBe('pin is [secret S], done');
});

test('text that is no JSON is redacted as it stands', () => {
  expect(redactorOf({ S: 'hush-hush' }).json('{"a": hush-hush')).toBe('{"a": [secret S]');
});
