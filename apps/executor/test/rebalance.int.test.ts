import { createNodes } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { onStage } from './harness.ts';

const NAMES = ['a', 'b', 'c', 'd'];

// Executors report their share every five seconds, and decide on what was reported.
test(
  'an executor that joins is given its share of the ordered queues; no event is lost or run twice on the way',
  { timeout: 60_000 },
  () =>
    onStage(async (stage) => {
      await stage.deploy(
        {
          id: 'p',
          queues: NAMES.map((id) => ({ id })),
          jobs: NAMES.map((id) => ({ event: { id: `told-${id}`, supplierqueue: id, runtime: 'as-told' } })),
          runtimes: [{ id: 'as-told', moduleref: 'as-told.wasm' }],
        },
        { 'as-told.wasm': 'as-told' },
      );
      const sendToAll = () => Promise.all(NAMES.map((id) => stage.publish(`told-${id}`, {})));
      const nodes = await createNodes(stage.nats, createSilentLogger());
      const shares = async () =>
        (await nodes.list()).flatMap(({ load }) => load?.queues ?? []).toSorted((a, b) => a - b);
      await stage.startExecutor({ rebalanceIntervalMs: 6000 });
      await sendToAll();
      await stage.outcomes(4);
      await stage.startExecutor({ rebalanceIntervalMs: 6000 });
      let sent = 4;
      const sendMore = async () => {
        await sendToAll();
        sent += 4;
        return await shares();
      };
      await expect.poll(sendMore, { timeout: 40_000, interval: 500 }).toEqual([2, 2]);
      const outcomes = await stage.outcomes(sent);
      expect(outcomes).toHaveLength(sent);
      expect(new Set(outcomes.map(({ event }) => event.id)).size).toBe(sent);
      expect(new Set(outcomes.map(({ node }) => node)).size).toBe(2);
    }),
);
