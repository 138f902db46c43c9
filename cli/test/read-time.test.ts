import { expect, test } from 'vitest';
import { readTime } from '../src/session/read-time.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test.each([
  ['90s', '2026-11-21T11:58:30.000Z'],
  ['30m', '2026-11-21T11:30:00.000Z'],
  ['2h', '2026-11-21T10:00:00.000Z'],
  ['7d', '2026-11-14T12:00:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2026-11-20T10:00', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20 10:00:01', '2026-11-20T10:00:01.000Z'],
  ['2026-11-20T10:00:01.5+02:00', '2026-11-20T08:00:01.500Z'],
])('%s is %s', (text, expected) => {
  expect(readTime('--since', text, NOW)).toBe(expected);
});

test.each(['', 'yesterday', '2', '2w', '2026', '2026-13-01', '11/20/2026', '-2h'])('%j is no time', (text) => {
  expect(() => readTime('--since', text, NOW)).toThrow(expect.objectContaining({ code: 'usage' }));
});
