import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { countStarts } from '../measure/starts.ts';
import { mostOf, waitsIn } from '../questions/stretch.ts';
import { barLine, leastBarLine } from '../report/bars.ts';
import { readRoundOptions } from '../rounds.ts';

test('a bar is kept by what is no more than it', () => {
  expect(barLine('p95 ratio', 1.999, 2)).toBe('p95 ratio: 2.00 (bar 2): kept');
  expect(barLine('p95 ratio', 2.001, 2)).toBe('p95 ratio: 2.00 (bar 2): not kept');
  expect(barLine('p95 ratio', Number.NaN, 2)).toBe('p95 ratio: NaN (bar 2): not kept');
});

test('a bar from below is kept by what is no less than it', () => {
  expect(leastBarLine('durable ratio', 3, 3)).toBe('durable ratio: 3.00 (bar 3): kept');
  expect(leastBarLine('durable ratio', 2.99, 3)).toBe('durable ratio: 2.99 (bar 3): not kept');
  expect(leastBarLine('durable ratio', Number.NaN, 3)).toBe('durable ratio: NaN (bar 3): not kept');
});

test('the waits of a stretch are told by their quantiles', () => {
  const settled = Array.from({ length: 100 }, (_, index) => ({
    sequence: index,
    key: undefined,
    attempt: 1,
    storedAtMs: 1000,
    recordedAtMs: 1001 + index,
  }));
  expect(waitsIn(settled)).toEqual({ events: 100, p50Ms: 50, p95Ms: 95 });
});

test('of what others took, the largest share is told, if any was measured', () => {
  expect(mostOf({ othersShare: 0.1 }, { othersShare: undefined }, { othersShare: 0.3 })).toBe(0.3);
  expect(mostOf({ othersShare: undefined })).toBeUndefined();
});

test.runIf(process.platform === 'linux')(
  'processes that were started meanwhile are counted, those that ran before are not',
  async () => {
    const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const before = sleeper();
    await once(before, 'spawn');
    const starts = countStarts(process.pid);
    const later = sleeper();
    await once(later, 'spawn');
    expect(starts()).toBe(1);
    before.kill();
    later.kill();
  },
);

test('arguments that say nothing useful are refused', () => {
  expect(readRoundOptions(['--quick'])).toMatchObject({ rounds: 1, patienceSeconds: 0, isQuick: true });
  expect(readRoundOptions(['--rounds', '5'])).toMatchObject({ rounds: 5, isQuick: false });
  expect(() => readRoundOptions(['--rounds', '0'])).toThrow('--rounds is a whole number from 1');
  expect(() => readRoundOptions(['--patience', 'much'])).toThrow('not much');
});
