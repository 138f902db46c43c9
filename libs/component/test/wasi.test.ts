import { describe, expect, it, vi } from 'vitest';

import { withSandbox } from './harness.ts';
import type { Box } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

async function resultOf(box: Box, data: unknown): Promise<unknown> {
  const [outcome] = await box.run({ key: 'uses-wasi', data });
  expect(outcome?.message).toBeUndefined();
  return JSON.parse(outcome?.result ?? 'null');
}

describe.each(['sync', 'jspi'] as const)('a job that imports WASI, mode %s', (mode) => {
  it('finds no environment, no arguments, no directories, no terminal and no input', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode });

      expect(await resultOf(box, { action: 'surroundings' })).toEqual({
        environment: [],
        arguments: [],
        folder: null,
        directories: [],
        terminal: null,
        input: { tag: 'closed' },
      });
    });
  });

  it('has its output in the log, by lines', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode });

      const [first] = await box.run({ key: 'uses-wasi', data: { action: 'print' } });
      const [second] = await box.run({ key: 'uses-wasi', data: { action: 'print' } });

      for (const outcome of [first, second]) {
        expect(outcome?.logs.map(({ level, message }) => [level, message])).toEqual([
          ['info', 'to the output'],
          ['warn', 'to the error'],
          ['warn', 'without an end'],
        ]);
      }
    });
  });

  it('has the time, sleeps, and polls', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode });

      expect(await resultOf(box, { action: 'time' })).toBeCloseTo(Date.now() / 1000, -1);
      expect(await resultOf(box, { action: 'sleep', milliseconds: 20 })).toBeGreaterThanOrEqual(20);
      expect(await resultOf(box, { action: 'poll', milliseconds: 20 })).toEqual([0]);
    });
  });

  it('has random numbers that differ, and not as many at once as it likes', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode });

      const first = await resultOf(box, { action: 'chance' });
      const second = await resultOf(box, { action: 'chance' });
      const [greedy] = await box.run({ key: 'uses-wasi', data: { action: 'greed', bytes: 1_000_000_000 } });

      expect(first).not.toEqual(second);
      expect(greedy).toMatchObject({ status: 'trap', message: expect.stringContaining('too many random bytes') });
    });
  });

  it('traps when it exits, and ends nothing else', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode });

      const [outcome] = await box.run({ key: 'uses-wasi', data: { action: 'exit' } });

      expect(outcome).toMatchObject({ status: 'trap', message: expect.stringContaining('the job called exit') });
      expect(await resultOf(box, { action: 'time' })).toBeGreaterThan(0);
    });
  });
});

describe('jobs that sleep', () => {
  it('let others run meanwhile where they can be suspended', async () => {
    await withSandbox(async (box) => {
      await box.load('uses-wasi', { mode: 'jspi' });
      box.send({ key: 'uses-wasi', data: { action: 'sleep', milliseconds: 60_000 } });

      expect(await resultOf(box, { action: 'time' })).toBeGreaterThan(0);
    });
  });
});
