import { isoTime } from '@jobico/contract';
import { expect, test } from 'vitest';

test('a time is written as Date writes it, whatever was asked before', () => {
  const times = [0, 1, 999, 1000, 1_700_000_000_123, 1_700_000_000_007, 1_700_000_001_000, 1_700_000_000_123.9, 253e12];
  for (const time of times) expect(isoTime(time)).toBe(new Date(time).toISOString());
});
