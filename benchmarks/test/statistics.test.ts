import { expect, test } from 'vitest';
import { median, quantile } from '../measure/statistics.ts';

test('the median of an odd number of values is the one in the middle, whatever their order', () => {
  expect(median([30, 1, 2])).toBe(2);
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([4, 1, 100, 2])).toBe(3);
});

test('a quantile is a value that occurred, and the last one for a share of 1', () => {
  const values = Array.from({ length: 1000 }, (_, index) => 1000 - index);
  expect(quantile(values, 0.5)).toBe(500);
  expect(quantile(values, 0.99)).toBe(990);
  expect(quantile(values, 1)).toBe(1000);
});
