import { createPauses, deleteWaiting, describeWaiting, findWaiting, readQueues } from '@jobico/messaging';
import { describe, expect, test, vi } from 'vitest';
import { onStage, type Stage } from './harness.ts';

vi.setConfig({ testTimeout: 120_000 });

const GUESTS = { 'as-told.wasm': 'as-told' };

const toldIn = (ordering: unknown, initialInterval = 'PT3600S') => ({
  id: 'p',
  queues: [{ id: 'q', ordering }],
  jobs: [
    {
      event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' },
      retry: { initialInterval, maximumInterval: 'PT2H' },
    },
  ],
  runtimes: [{ id: 'as-told', moduleref: 'as-told.wasm' }],
});

const queueOf = ({ tenant }: Stage, key?: string) =>
  ({ tenant, queue: 'q', key, ordering: { kind: 'keyed', pointer: '/key', partitions: 1 } }) as const;

async function waiting(stage: Stage, { key, order = 'oldest' }: { key?: string; order?: 'oldest' | 'newest' } = {}) {
  const found = await findWaiting(stage.nats, { ...queueOf(stage, key), order, limit: 1000 });
  return found?.waiting ?? [];
}

const idsOf = async (stage: Stage, options: Parameters<typeof waiting>[1] = {}) =>
  (await waiting(stage, options)).map((each) => describeWaiting(each, queueOf(stage)).id);

const pendingIn = async ({ nats, tenant }: Stage) =>
  (await readQueues(nats, tenant, { packages: [], pauses: [] }))[0]?.waiting;

/** Pauses the queue and waits until its executor has let go of it. */
async function rest({ nats, tenant }: Stage): Promise<() => Promise<unknown>> {
  const pauses = await createPauses(nats);
  await pauses.pause(tenant, 'queue', 'q');
  const pulls = async () => (await nats.jsm.consumers.info(`QUEUE_${tenant}_q`, 'executor')).num_waiting;
  await expect.poll(pulls, { timeout: 30_000 }).toBe(0);
  return () => pauses.resume(tenant, 'queue', 'q');
}

describe.each(['strict', 'none', { key: '/key' }])('in a queue with ordering %j', (ordering) => {
  test('what waits is seen and stays; what is purged never runs, what was done is not seen, what comes later runs', () =>
    onStage(async (stage) => {
      await stage.deploy(toldIn(ordering), GUESTS);
      await stage.startExecutor();
      const done = await stage.publish('told', { key: 'a' });
      await stage.outcomes(1, 60_000);
      const fails = await stage.publish('told', { key: 'a', attempts: ['retry'] });
      await expect.poll(async () => (await stage.executions()).length, { timeout: 60_000 }).toBe(2);
      const resume = await rest(stage);
      const ids = [
        await stage.publish('told', { key: 'a' }),
        await stage.publish('told', { key: 'b', text: '\u001b[31m' }),
        await stage.publish('told', { key: 'a' }),
      ];
      expect(await idsOf(stage)).toEqual([fails, ...ids]);
      expect(await idsOf(stage, { order: 'newest' })).toEqual([...ids.toReversed(), fails]);
      expect(await idsOf(stage, { key: 'b' })).toEqual([ids[1]]);
      expect(await pendingIn(stage)).toBe(4);

      await deleteWaiting(stage.nats, queueOf(stage), await waiting(stage, { key: 'a' }));
      expect(await idsOf(stage)).toEqual([ids[1]]);
      const later = await stage.publish('told', { key: 'a' });
      await resume();
      await expect.poll(async () => (await stage.executions()).length, { timeout: 60_000 }).toBe(4);
      expect((await stage.executions()).map(({ event, status, attempt }) => [event.id, status, attempt])).toEqual([
        [done, 'ok', 1],
        [fails, 'retry', 1],
        ...[ids[1], later].map((id) => [id, 'ok', 1]),
      ]);
      await expect.poll(() => pendingIn(stage), { timeout: 30_000 }).toBe(0);
      expect(await idsOf(stage)).toEqual([]);
    }));
});

test('an event that came without an id is seen under the id that its execution has', () =>
  onStage(async (stage) => {
    await stage.deploy(toldIn('strict'), GUESTS);
    await stage.nats.js.publish(`jobico.event.${stage.tenant}.told`, '{}');
    const [id] = await idsOf(stage);
    await stage.startExecutor();
    expect((await stage.outcomes(1, 60_000)).map(({ event }) => event.id)).toEqual([id]);
  }));
