import { expect, test } from 'vitest';
import { firstInversion, pairUp, waitsOf, type Recorded } from '../measure/settled.ts';

const outcome = (sequence: number, atMs: number, more: Partial<Recorded> = {}): Recorded => ({
  sequence,
  atMs,
  status: 'ok',
  attempt: 1,
  ...more,
});

const STORED = [
  { sequence: 7, atMs: 100 },
  { sequence: 8, atMs: 100.5 },
];

test('an event takes from the time it was stored to the time its outcome was, whatever order they come in', () => {
  const settled = pairUp('q', STORED, [outcome(8, 103), outcome(7, 104.25)]);
  expect(settled.map(({ sequence }) => sequence)).toEqual([8, 7]);
  expect(waitsOf(settled)).toEqual([2.5, 4.25]);
});

test('an attempt that was to be repeated is not the outcome', () => {
  const [settled] = pairUp('q', STORED.slice(0, 1), [
    outcome(7, 101, { status: 'retry' }),
    outcome(7, 160, { attempt: 2 }),
  ]);
  expect(settled).toMatchObject({ attempt: 2, storedAtMs: 100, recordedAtMs: 160 });
});

test.each([
  ['no outcome', [outcome(7, 101)], '1 events have no outcome, event 8 is one'],
  ['two outcomes', [outcome(7, 101), outcome(7, 102), outcome(8, 103)], 'the outcome of event 7 is not expected'],
  ['an outcome that is no success', [outcome(7, 101, { status: 'dead' })], 'event 7 is not expected: dead'],
  ['an outcome of no event', [outcome(7, 101), outcome(8, 102), outcome(9, 103)], 'the outcome of event 9 is not'],
])('an event with %s is told', (_, recorded, message) => {
  expect(() => pairUp('q', STORED, recorded)).toThrow(message);
});

const ended = (sequence: number, key?: string) => ({ sequence, key, attempt: 1, storedAtMs: 0, recordedAtMs: 0 });

test('events of different keys may overtake each other', () => {
  expect(firstInversion([ended(2, 'b'), ended(1, 'a'), ended(4, 'a'), ended(3, 'b')])).toBeUndefined();
});

test('the first event that ends after a later one of its key is told', () => {
  expect(firstInversion([ended(1, 'a'), ended(4, 'a'), ended(3, 'a'), ended(2, 'a')])).toMatchObject({ sequence: 3 });
});
