import { describe, expect, it, vi } from 'vitest';

import { withSandbox } from './harness.ts';
import type { Box } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

async function countsOf(box: Box, ...data: unknown[]): Promise<(string | undefined)[]> {
  const counts: (string | undefined)[] = [];
  for (const one of data) {
    const [outcome] = await box.run({ key: 'counts-events', data: one });
    counts.push(outcome?.result ?? outcome?.status);
  }
  return counts;
}

describe.each(['sync', 'jspi'] as const)('an instance, mode %s', (mode) => {
  it('stays warm from event to event, also after a failure that the job declared', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode });

      const counts = await countsOf(box, {}, {}, { fail: 'retry' }, {}, { fail: 'permanent' }, {});

      expect(counts).toEqual(['1', '2', 'retry', '4', 'permanent', '6']);
    });
  });

  it('is replaced after a trap', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode });

      expect(await countsOf(box, {}, {}, { fail: 'trap' }, {})).toEqual(['1', '2', 'trap', '1']);
    });
  });

  it('is replaced after so many events', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode, limits: { eventsPerInstance: 2 } });

      expect(await countsOf(box, {}, {}, {}, {}, {})).toEqual(['1', '2', '1', '2', '1']);
    });
  });

  it('serves one event only where that was asked for', async () => {
    await withSandbox(async (box) => {
      await box.load('counts-events', { mode, fresh: true });

      expect(await countsOf(box, {}, {}, {})).toEqual(['1', '1', '1']);
    });
  });

  it('is replaced when it has grown too much', async () => {
    await withSandbox(async (box) => {
      await box.load('memory-bomb', { mode, limits: { growthBytes: 8 << 20 } });

      const first = await box.run({ key: 'memory-bomb', data: { mebibytes: 2 } });
      const second = await box.run({ key: 'memory-bomb', data: { mebibytes: 20 } });
      const third = await box.run({ key: 'memory-bomb', data: { mebibytes: 1 } });

      expect([first, second, third].flat().map(({ result }) => result)).toEqual(['2', '22', '1']);
    });
  });

  it('cannot grow past the memory of its sandbox, and takes no other along', async () => {
    await withSandbox(
      async (box) => {
        for (const guest of ['memory-bomb', 'grows-memory', 'echo']) await box.load(guest, { mode });

        const [bomb] = await box.run({ key: 'memory-bomb', data: { mebibytes: 64 } });
        const [grown] = await box.run({ key: 'grows-memory' });
        const [echo] = await box.run({ key: 'echo' });

        expect(bomb?.status).toBe('trap');
        expect(bomb?.memoryBytes).toBeLessThanOrEqual(16 << 20);
        expect(grown).toMatchObject({ status: 'ok', memoryBytes: 16 << 20 });
        expect(echo?.status).toBe('ok');
      },
      { maxMemoryBytes: 16 << 20 },
    );
  });

  it('is not made of a component that traps when it starts', async () => {
    await withSandbox(async (box) => {
      await expect(box.load('starts-badly', { mode })).rejects.toMatchObject({ code: 'component-refused' });
      await box.load('echo', { mode });

      expect(await box.run({ key: 'echo' })).toMatchObject([{ status: 'ok' }]);
    });
  });
});

describe('a component in a sandbox', () => {
  it('is denied all of kv, http and outbox in mode sync, without asking', async () => {
    await withSandbox(async (box) => {
      for (const guest of ['kv-calls', 'http-get', 'emit-one']) await box.load(guest);

      const outcomes = await box.run(
        {
          key: 'kv-calls',
          data: [
            ['get', 'b', 'k'],
            ['set', 'b', 'k', [1], { tag: 'always' }],
            ['delete', 'b', 'k'],
            ['keys', 'b', ''],
          ],
        },
        { key: 'http-get', data: { url: 'https://example.com/' } },
        { key: 'emit-one', data: { name: 'x', data: 1 } },
      );

      expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
      expect(outcomes.flatMap(({ result }) => result?.match(/"tag":"denied"/g) ?? [])).toHaveLength(6);
      expect(box.calls).toEqual([]);
    });
  });

  it('can be unloaded, and loaded again under the same key', async () => {
    await withSandbox(async (box) => {
      await box.load('echo');
      const [n] = box.send({ key: 'echo' });
      box.sandbox.unload('echo');

      expect(await box.outcome(n ?? 0)).toMatchObject({ status: 'ok' });
      expect(() => box.send({ key: 'echo' })).toThrow(/echo is not loaded/);
      await box.load('echo');
      expect(await box.run({ key: 'echo' })).toMatchObject([{ status: 'ok' }]);
    });
  });
});
