import { expect, test } from 'vitest';
import { isTimeZone, nextOfCron, readCron, type Cron } from '../src/cron.ts';

const AFTER = '2026-11-21T10:20:30.500Z';

function next(pattern: string, after = AFTER, zone?: string): string | undefined {
  const cron = readCron(pattern);
  if ('fault' in cron) throw new Error(cron.fault);
  const ms = nextOfCron(cron satisfies Cron, Date.parse(after), zone);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

test.each([
  ['* * * * * *', '2026-11-21T10:20:31.000Z'],
  ['*/10 * * * * *', '2026-11-21T10:20:40.000Z'],
  ['0 0 3 * * *', '2026-11-22T03:00:00.000Z'],
  ['0 30 10-12 * * *', '2026-11-21T10:30:00.000Z'],
  ['0 0 0 1 jan *', '2027-01-01T00:00:00.000Z'],
  ['0 0 9 * * MON-FRI', '2026-11-23T09:00:00.000Z'],
  ['0 0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
  ['0 0 12 13 * fri', '2026-11-27T12:00:00.000Z'],
  ['0 5/20 * * * ?', '2026-11-21T10:25:00.000Z'],
  ['0 0 0 31 2 *', undefined],
])('%s is next at %s', (pattern, expected) => {
  expect(next(pattern)).toBe(expected);
});

test('a pattern is of its time zone, over a change of the clocks too', () => {
  expect(next('0 0 3 * * *', AFTER, 'Europe/Paris')).toBe('2026-11-22T02:00:00.000Z');
  expect(next('0 30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Paris')).toBe('2026-03-30T00:30:00.000Z');
  expect(next('0 0 3 * * *', '2026-03-28T12:00:00Z', 'Europe/Paris')).toBe('2026-03-29T01:00:00.000Z');
  expect(next('0 0 1 * * *', AFTER, 'Asia/Kathmandu')).toBe('2026-11-21T19:15:00.000Z');
});

test('a pattern of five fields is told what is missing', () => {
  expect(readCron('0 3 * * *')).toEqual({ fault: 'has 5 fields, not six', suggestion: '0 0 3 * * *' });
});

test.each([
  '60 * * * * *',
  '0 0 24 * * *',
  '0 0 0 0 * *',
  '0 0 0 * 13 *',
  '0 0 0 * * 7',
  '5-1 * * * * *',
  '*/0 * * * * *',
  'x * * * * *',
  '1,,2 * * * * *',
])('%s is refused with what its field takes', (pattern) => {
  expect(readCron(pattern)).toMatchObject({
    fault: expect.stringMatching(/^the .* takes numbers from \d to \d+/) as string,
  });
});

test('a time zone is one of the database', () => {
  expect(['UTC', 'Europe/Paris', 'Europe/Atlantis', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
