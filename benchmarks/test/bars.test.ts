import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { countStarts } from '../measure/starts.ts';
import { mostOf, waitsIn } from '../questions/stretch.ts';
import { requestOf } from '../load/connections.ts';
import { atLeastLine, barLine } from '../report/bars.ts';
import { readRoundOptions } from '../rounds.ts';

test('a bar is kept by what is no more than it', () => {
  expect(barLine('p95 ratio', 1.999, 2)).toBe('p95 ratio: 2.00 (bar 2): kept');
  expect(barLine('p95 ratio', 2.001, 2)).toBe('p95 ratio: 2.00 (bar 2): not kept');
  expect(barLine('p95 ratio', Number.NaN, 2)).toBe('p95 ratio: NaN (bar 2): not kept');
});

test('a bar that is a least is kept by what is no less than it', () => {
  expect(atLeastLine('rate ratio', 1.2, 1.2)).toBe('rate ratio: 1.20 (bar 1.2): kept');
  expect(atLeastLine('rate ratio', 1.199, 1.2)).toBe('rate ratio: 1.20 (bar 1.2): not kept');
  expect(atLeastLine('rate ratio', Number.NaN, 1.2)).toBe('rate ratio: NaN (bar 1.2): not kept');
});

test('requests bring the token that they are sent with, if there is one', () => {
  const target = new URL('http://127.0.0.1:8080/events/acme/order');
  const lines = (token?: string) => requestOf(target, '{"é":1}', token).toString().split('\r\n');
  const head = ['POST /events/acme/order HTTP/1.1', 'host: 127.0.0.1:8080', 'content-type: application/json'];
  expect(lines()).toEqual([...head, 'content-length: 8', '', '{"é":1}']);
  expect(lines('jbc_x')).toEqual([...head, 'authorization: Bearer jbc_x', 'content-length: 8', '', '{"é":1}']);
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
  expect(readRoundOptions([], 5)).toMatchObject({ rounds: 5 });
  expect(() => readRoundOptions(['--rounds', '0'])).toThrow('--rounds is a whole number from 1');
  expect(() => readRoundOptions(['--patience', 'much'])).toThrow('not much');
});
