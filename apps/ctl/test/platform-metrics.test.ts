import { expect, test } from 'vitest';
import { pendingSamples } from '../src/nodes/platform-metrics.ts';

const queue = (tenant: string, id: string, pending: number) => ({ tenant, id, pending });

test('the fullest queues are named, the others are one series, however many there are', () => {
  const queues = [queue('b', 'x', 5), queue('a', 'y', 1), queue('c', 'z', 2), queue('a', 'x', 9)];
  expect(pendingSamples(queues, 2)).toEqual([
    { labels: { tenant: 'a', queue: 'x' }, value: 9 },
    { labels: { tenant: 'b', queue: 'x' }, value: 5 },
    { labels: { tenant: '_other', queue: '_other' }, value: 3 },
  ]);
  expect(pendingSamples(queues, 0)).toEqual([{ labels: { tenant: '_other', queue: '_other' }, value: 17 }]);
  expect(pendingSamples(queues, 4)).toHaveLength(4);
});
