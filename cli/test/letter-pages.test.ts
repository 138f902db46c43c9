import { expect, test } from 'vitest';
import { letterPages, type Pace } from '../src/dead-letters/letter-pages.ts';

/** So many letters, answered as a platform does; and at which time of a clock of its own each call came. */
function platformWith(count: number, pace: Pace = {}, callMs = 0) {
  let clockMs = 0;
  const calls: { atMs: number; limit: number; after: number }[] = [];
  const pages = letterPages(
    ({ limit, after = '0' }) => {
      const from = Number(after);
      const to = Math.min(count, from + limit);
      calls.push({ atMs: clockMs, limit, after: from });
      clockMs += callMs;
      const items = Array.from({ length: to - from }, (_, index) => from + index);
      return Promise.resolve({ items, ...(to < count && { next: String(to) }) });
    },
    {
      ...pace,
      now: () => clockMs,
      pause: (ms) => {
        clockMs += ms;
        return Promise.resolve();
      },
    },
  );
  return { pages, calls };
}

async function all(pages: AsyncIterable<number[]>): Promise<number[]> {
  const found: number[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

test('every letter is worked on once, page after page, without a pause where there is no rate', async () => {
  const { pages, calls } = platformWith(1100);
  expect(await all(pages)).toEqual([...Array(1100).keys()]);
  expect(calls).toEqual([
    { atMs: 0, limit: 500, after: 0 },
    { atMs: 0, limit: 500, after: 500 },
    { atMs: 0, limit: 500, after: 1000 },
  ]);
});

test('no more letters than were asked for', async () => {
  const { pages, calls } = platformWith(5000, { most: 700 });
  expect(await all(pages)).toHaveLength(700);
  expect(calls.map(({ limit }) => limit)).toEqual([500, 200]);
});

test.each([
  { rate: 100, callMs: 10, count: 300 },
  { rate: 1, callMs: 10, count: 4 },
  { rate: 7, callMs: 0, count: 30 },
  { rate: 1000, callMs: 900, count: 2000 },
])('in no second more than the rate of $rate, however long a call takes', async ({ rate, callMs, count }) => {
  const { pages, calls } = platformWith(count, { rate }, callMs);
  expect(await all(pages)).toHaveLength(count);
  for (const { atMs } of calls) {
    const within = calls.filter((other) => other.atMs >= atMs && other.atMs < atMs + 999);
    expect(within.reduce((sum, { limit }) => sum + limit, 0)).toBeLessThanOrEqual(rate + Math.ceil(rate / 4));
  }
});

test('a page without a match is gone past', async () => {
  const answers = [{ items: [], next: '5' }, { items: [7] }];
  const asked: (string | undefined)[] = [];
  const pages = letterPages(({ after }) => {
    asked.push(after);
    return Promise.resolve(answers[asked.length - 1] ?? { items: [] });
  });
  expect(await all(pages)).toEqual([7]);
  expect(asked).toEqual([undefined, '5']);
});
