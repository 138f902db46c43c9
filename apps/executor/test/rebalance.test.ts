import { expect, test } from 'vitest';
import { queuesToRelease } from '../src/queues/rebalance.ts';

test.each([
  ['alone, an executor keeps all', 6, [6], 0, 0],
  ['one that joins gets half', 6, [0, 6], 0, 3],
  ['an odd one out stays where it is', 3, [2, 3], 0, 0],
  ['nobody gives below its share', 2, [0, 2, 10], 0, 0],
  ['what was given away and is reported by nobody yet counts', 3, [0, 3], 3, 0],
  ['what is given at once is bounded', 1000, [0, 1000], 0, 16],
])('%s', (_what, mine, ofAll, givenAway, released) => {
  expect(queuesToRelease(mine, ofAll, givenAway)).toBe(released);
});
