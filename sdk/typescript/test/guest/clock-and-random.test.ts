import { afterEach, expect, test } from 'vitest';
import { GuestDate } from '../../src/guest/clock.ts';
import { current } from '../../src/guest/current-event.ts';
import { guestRandom } from '../../src/guest/random.ts';

const eventOf = (id: string, attempt = 1) => ({ id, attempt, time: '2026-03-04T05:06:07.089Z' });

afterEach(() => {
  delete current.event;
});

test('the time is when the event was accepted, however it is asked for', () => {
  current.event = eventOf('a');
  expect(GuestDate.now()).toBe(Date.UTC(2026, 2, 4, 5, 6, 7, 89));
  expect(new GuestDate().toISOString()).toBe('2026-03-04T05:06:07.089Z');
  expect(GuestDate()).toContain('Mar 04 2026');
});

test('a date that is given stays as it is given', () => {
  current.event = eventOf('a');
  expect(new GuestDate(5).getTime()).toBe(5);
  expect(new GuestDate('2020-01-01T00:00:00Z').getTime()).toBe(GuestDate.UTC(2020));
  expect(new GuestDate()).toBeInstanceOf(Date);
});

test('outside of an event it is the real time', () => {
  expect(Math.abs(GuestDate.now() - Date.now())).toBeLessThan(60_000);
});

test('numbers repeat for the same event and attempt, and differ between events and attempts', () => {
  const threeOf = (event: ReturnType<typeof eventOf>) => {
    current.event = event;
    return [guestRandom(), guestRandom(), guestRandom()];
  };
  const first = threeOf(eventOf('a'));
  expect(threeOf(eventOf('a'))).toEqual(first);
  const others = [threeOf(eventOf('b')), threeOf(eventOf('a', 2)), first].flat();
  expect(new Set(others).size).toBe(9);
});

test('numbers are spread evenly from 0 up to 1', () => {
  current.event = eventOf('spread');
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i += 1) {
    const bucket = Math.floor(guestRandom() * 10);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  expect(counts).toHaveLength(10);
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
