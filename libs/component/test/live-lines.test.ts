import { describe, expect, it, vi } from 'vitest';

import type { HostAnswer, SandboxLogLine } from '@jobico/component';

import { until, withSandbox } from './harness.ts';
import type { Box } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

const GUEST = 'logs-and-waits';

/** A sandbox with the guest, of which the test answers the calls when it likes. */
async function withGuest(test: (box: Box, live: string[][], release: () => void) => Promise<void>): Promise<void> {
  const live: string[][] = [];
  const held: (() => void)[] = [];
  const onLogged = (_n: number, lines: readonly SandboxLogLine[]) =>
    void live.push(lines.map(({ message }) => message));
  const answer = () => new Promise<HostAnswer>((resolve) => held.push(() => resolve({ ok: true })));
  const release = () => {
    for (const letGo of held.splice(0)) letGo();
  };
  const load = async (box: Box) => {
    await box.load(GUEST, { mode: 'jspi' });
    await test(box, live, release);
  };
  await withSandbox(load, { onLogged, answer });
}

const messages = (lines: readonly SandboxLogLine[] = []) => lines.map(({ message }) => message);

describe('what an execution logs', () => {
  it('is told while it waits, and is in its outcome all the same', async () => {
    await withGuest(async (box, live, release) => {
      const data = [{ log: 'a' }, { log: 'b' }, { get: 'x' }, { log: 'c' }, { get: 'y' }, { log: 'd' }];
      const [n = 0] = box.send({ key: GUEST, data });

      await until(() => live.length === 1);
      expect(live).toEqual([['a', 'b']]);
      release();
      await until(() => live.length === 2);
      expect(live[1]).toEqual(['c']);
      expect(box.outcomes).toEqual([]);
      release();
      const outcome = await box.outcome(n);

      expect(messages(outcome.logs)).toEqual(['a', 'b', 'c', 'd']);
      expect(['a', 'b', 'c', 'd'].slice(0, live.flat().length)).toEqual(live.flat());
    });
  });

  it('is told from within a guest that keeps the thread, as it writes', async () => {
    await withGuest(async (box, live) => {
      const data = [{ log: 'a' }, { spinMs: 300 }, { log: 'b' }, { log: 'c' }, { spinMs: 150 }, { log: 'd' }];
      const [outcome] = await box.run({ key: GUEST, data });

      expect(live.flat()).toEqual(['a', 'b', 'c', 'd']);
      expect(live.length).toBeGreaterThan(1);
      expect(messages(outcome?.logs)).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  it('is not told of a short one', async () => {
    const told = new Set<number>();
    await withSandbox(
      async (box) => {
        await box.load(GUEST, { mode: 'jspi' });
        const short = { key: GUEST, data: [{ log: 'a' }, { spinMs: 5 }, { log: 'b' }] };
        const outcomes = await box.run(...Array.from({ length: 20 }, () => short));

        // A busy machine makes a short one long.
        const quick = outcomes.filter(({ durationMs }) => durationMs < 250);
        expect(quick.length).toBeGreaterThan(0);
        expect(quick.filter(({ n }) => told.has(n))).toEqual([]);
        expect(outcomes.map(({ logs }) => messages(logs))).toEqual(outcomes.map(() => ['a', 'b']));
      },
      { onLogged: (n) => void told.add(n) },
    );
  });

  it('is told up to the limit and no further, with the marker in its outcome', async () => {
    await withGuest(async (box, live, release) => {
      const [n = 0] = box.send({ key: GUEST, data: [{ lines: 100_000 }, { get: 'x' }, { log: 'the end' }] });

      await until(() => live.flat().length === 1000 && box.calls.length > 0);
      release();
      const { logs } = await box.outcome(n);

      expect(live.flat()).toEqual(messages(logs).slice(0, 1000));
      expect(logs).toHaveLength(1001);
      expect(logs.at(-1)?.message).toBe('… 99001 more lines cut');
    });
  });
});
