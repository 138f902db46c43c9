import { describe, expect, it, vi } from 'vitest';

import type { HostAnswer } from '@jobico/component';

import { until, withSandbox } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

const NONE: HostAnswer = { ok: true };
const GET = [['get', 'bucket', 'key']];

describe.each(['sync', 'jspi'] as const)('a lane, mode %s', (mode) => {
  it('runs its events in the order they were dispatched', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode });

      const outcomes = await box.run(...Array.from({ length: 500 }, () => ({ key: 'counts-events', lane: 1 })));

      expect(outcomes.map(({ result }) => Number(result))).toEqual(
        Array.from({ length: 500 }, (_, index) => index + 1),
      );
    });
  });

  it.each(['retry', 'permanent', 'trap'])('skips what follows a %s, in it and in nothing else', async (fail) => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode });

      const outcomes = await box.run(
        { key: 'counts-events', lane: 1 },
        { key: 'counts-events', lane: 1, data: { fail } },
        { key: 'counts-events', lane: 1 },
        { key: 'counts-events', lane: 2 },
        { key: 'counts-events', lane: 1 },
      );

      expect(outcomes.map(({ status }) => status)).toEqual(['ok', fail, 'skipped', 'ok', 'skipped']);
    });
  });

  it('skips what arrives while the failure is on its way, and runs again under another number', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode });
      const numbers = [
        ...box.send({ key: 'counts-events', lane: 1, data: { fail: 'retry' } }),
        ...box.send({ key: 'counts-events', lane: 1 }),
        ...box.send({ key: 'counts-events', lane: 1 }),
      ];

      const outcomes = await Promise.all(numbers.map((n) => box.outcome(n)));
      const again = await box.run({ key: 'counts-events', lane: 2 }, { key: 'counts-events', lane: 2 });

      expect(outcomes.map(({ status }) => status)).toEqual(['retry', 'skipped', 'skipped']);
      expect(again.map(({ status }) => status)).toEqual(['ok', 'ok']);
    });
  });

  it('keeps its order across the components of its events', async () => {
    await withSandbox(async (box) => {
      await box.load('permanent', { mode });
      await box.load('echo', { mode });

      const outcomes = await box.run({ key: 'echo', lane: 1 }, { key: 'permanent', lane: 1 }, { key: 'echo', lane: 1 });

      expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'permanent', 'skipped']);
    });
  });
});

describe('lanes whose jobs wait for the host', () => {
  it('run side by side, each event in an instance of its own, up to the limit', async () => {
    const release = Promise.withResolvers<void>();
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi', limits: { instances: 3 } });
        const numbers = box.send(...Array.from({ length: 6 }, () => ({ key: 'kv-calls', data: GET })));
        await until(() => box.calls.length === 3);

        expect(box.sandbox.running().map(({ n }) => n)).toEqual(numbers.slice(0, 3));
        expect(box.sandbox.state).toBe('busy');
        release.resolve();
        const outcomes = await Promise.all(numbers.map((n) => box.outcome(n)));

        expect(outcomes.map(({ status }) => status)).toEqual(numbers.map(() => 'ok'));
        expect(box.calls).toHaveLength(6);
        expect(box.sandbox.state).toBe('idle');
      },
      { answer: () => release.promise.then(() => NONE) },
    );
  });

  it('keep the order within each', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi', limits: { instances: 4 } });
        const events = Array.from({ length: 40 }, (_, index) => ({ key: 'kv-calls', data: GET, lane: index % 5 }));

        await box.run(...events);

        for (const lane of [0, 1, 2, 3, 4]) {
          const finished = box.outcomes.map(({ n }) => n).filter((n) => (n - 1) % 5 === lane);
          expect(finished).toEqual(finished.toSorted((a, b) => a - b));
        }
      },
      { answer: () => new Promise((resolve) => setImmediate(resolve, NONE)) },
    );
  });

  it('take turns when there are fewer instances than lanes', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi', limits: { instances: 1 } });
        const long = Array.from({ length: 10 }, () => ({ key: 'kv-calls', data: GET, lane: 1 }));

        await box.run(...long, { key: 'kv-calls', data: GET, lane: 2 });

        expect(box.outcomes.findIndex(({ n }) => n === 11)).toBeLessThanOrEqual(2);
      },
      { answer: () => NONE },
    );
  });

  it('do not hold one another: one that waits for ever lets the others finish', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });
        const [stuck = 0] = box.send({ key: 'kv-calls', data: [['get', 'never', 'k']] });

        const outcomes = await box.run({ key: 'kv-calls', data: GET }, { key: 'kv-calls', data: GET });

        expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'ok']);
        expect(box.sandbox.running().map(({ n }) => n)).toEqual([stuck]);
        expect(box.sandbox.culprit(stuck)).toBe(stuck);
      },
      { answer: (call) => (call.kind === 'kv.get' && call.args.bucket === 'never' ? new Promise(() => {}) : NONE) },
    );
  });
});

describe('lanes that are recalled', () => {
  it('let what runs end, and skip what has not started, at once', async () => {
    const release = Promise.withResolvers<void>();
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi', limits: { instances: 2 } });
        const numbers = box.send(
          ...Array.from({ length: 9 }, (_, at) => ({ key: 'kv-calls', data: GET, lane: at % 3 })),
        );
        await until(() => box.calls.length === 2);

        box.sandbox.recall([0, 1, 2]);
        await until(() => box.outcomes.length === 3);
        expect(box.outcomes.map(({ n, status }) => [n, status])).toEqual([3, 6, 9].map((n) => [n, 'skipped']));
        release.resolve();
        const outcomes = await Promise.all(numbers.map((n) => box.outcome(n)));
        expect(outcomes.map(({ status }) => status).slice(0, 3)).toEqual(['ok', 'ok', 'skipped']);
        expect(box.calls).toHaveLength(2);

        const [again] = await box.run({ key: 'kv-calls', data: GET, lane: 9 });
        expect(again?.status).toBe('ok');
      },
      { answer: () => release.promise.then(() => NONE) },
    );
  });

  it('are heard between events that hold the thread', async () => {
    await withSandbox(async (box) => {
      await box.load('logs-and-waits');
      const spins = Array.from({ length: 40 }, () => ({ key: 'logs-and-waits', data: [{ spinMs: 60 }], lane: 1 }));
      const numbers = box.send(...spins);
      await box.outcome(numbers[0] ?? 0);

      box.sandbox.recall([1]);
      const outcomes = await Promise.all(numbers.map((n) => box.outcome(n)));

      expect(outcomes.filter(({ status }) => status === 'ok').length).toBeLessThan(10);
      expect(outcomes.at(-1)?.status).toBe('skipped');
    });
  });
});
