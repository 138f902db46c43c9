import { createPauses, type PausableKind } from '@jobico/messaging';
import { describe, expect, test, vi } from 'vitest';
import { onStage, type Stage } from './harness.ts';

vi.setConfig({ testTimeout: 120_000 });

const GUESTS = { 'as-told.wasm': 'as-told', 'busy.wasm': 'logs-and-waits' };

/** A package `id` whose event `<id>-told` ends as it says, and whose `<id>-busy` keeps the thread as long as it says. */
const packageIn = (id: string, ordering: unknown, { queue = id, retry = {} } = {}) => ({
  id,
  queues: [{ id: queue, ordering }],
  jobs: [
    { event: { id: `${id}-told`, supplierqueue: queue, runtime: 'as-told' }, retry },
    { event: { id: `${id}-busy`, supplierqueue: queue, runtime: 'busy' } },
  ],
  runtimes: [
    { id: 'as-told', moduleref: 'as-told.wasm' },
    { id: 'busy', moduleref: 'busy.wasm' },
  ],
});

async function pausing({ nats, tenant }: Stage) {
  const pauses = await createPauses(nats);
  return {
    pause: (of: PausableKind, id: string) => pauses.pause(tenant, of, id),
    resume: (of: PausableKind, id: string) => pauses.resume(tenant, of, id),
  };
}

const byEvent = async (stage: Stage, prefix: string) =>
  (await stage.executions()).filter(({ event }) => event.name.startsWith(prefix));

/** Runs some events of another package, one after another: what was to run until then has had the time. */
async function letOthersRun(stage: Stage, events = 4): Promise<void> {
  for (let n = 0; n < events; n += 1) {
    const id = await stage.publish('other-busy', [{ spinMs: 60 }]);
    await expect.poll(async () => (await stage.executions()).some(({ event }) => event.id === id)).toBe(true);
  }
}

describe.each(['strict', 'none', { key: '/0/key' }])('in a queue with ordering %j', (ordering) => {
  test.each(['package', 'queue'] as const)(
    'a paused %s starts nothing within a second, finishes what runs, and goes on where it was: once, as first attempts',
    (of) =>
      onStage(async (stage) => {
        await stage.deploy(packageIn('main', ordering), GUESTS);
        await stage.deploy(packageIn('other', 'none'), GUESTS);
        const { pause, resume } = await pausing(stage);
        await stage.startExecutor();
        const ids: string[] = [];
        for (let n = 0; n < 40; n += 1) {
          ids.push(await stage.publish('main-busy', [{ spinMs: 50, key: `k${n % 3}` }]));
        }
        await stage.outcomes(2, 60_000);
        await pause(of, 'main');
        await letOthersRun(stage);
        const before = await byEvent(stage, 'main');
        expect(before.length).toBeLessThan(25);
        await letOthersRun(stage);
        expect(await byEvent(stage, 'main')).toHaveLength(before.length);
        await resume(of, 'main');
        await expect.poll(async () => (await byEvent(stage, 'main')).length).toBe(40);
        const after = await byEvent(stage, 'main');
        expect(after.map(({ event }) => event.id).toSorted()).toEqual(ids.toSorted());
        expect(after.filter(({ attempt, status }) => attempt > 1 || status !== 'ok')).toEqual([]);
        if (ordering === 'strict') expect(after.map(({ event }) => event.id)).toEqual(ids);
      }),
  );

  test('a pause survives executors: what comes while they start and stop is not even fetched, and counts no attempt', () =>
    onStage(async (stage) => {
      await stage.deploy(packageIn('main', ordering), GUESTS);
      await stage.deploy(packageIn('other', 'none'), GUESTS);
      const { pause, resume } = await pausing(stage);
      await pause('package', 'main');
      const ids = [await stage.publish('main-told', [{ key: 'a' }]), await stage.publish('main-told', [{ key: 'a' }])];
      const first = await stage.startExecutor();
      await letOthersRun(stage, 1);
      await first.stop();
      await stage.startExecutor();
      ids.push(await stage.publish('main-told', [{ key: 'a' }]));
      await letOthersRun(stage, 1);
      const { delivered } = await stage.nats.jsm.consumers.info(`QUEUE_${stage.tenant}_main`, 'executor');
      expect(delivered.stream_seq).toBe(0);
      await resume('package', 'main');
      await expect.poll(async () => (await byEvent(stage, 'main')).length).toBe(3);
      const outcomes = await byEvent(stage, 'main');
      expect(outcomes.map(({ event, attempt }) => [event.id, attempt])).toEqual(ids.map((id) => [id, 1]));
    }));
});

test('a key that waits for its next attempt when it is paused goes on with that attempt', () =>
  onStage(async (stage) => {
    await stage.deploy(packageIn('main', { key: '/key' }, { retry: { initialInterval: 'PT0.5S' } }), GUESTS);
    await stage.deploy(packageIn('other', 'none'), GUESTS);
    const { pause, resume } = await pausing(stage);
    await stage.startExecutor();
    const waits = await stage.publish('main-told', { key: 'a', attempts: ['retry', 'ok'] });
    const behind = await stage.publish('main-told', { key: 'a' });
    await expect.poll(async () => (await byEvent(stage, 'main')).length).toBe(1);
    await pause('queue', 'main');
    await letOthersRun(stage, 10);
    expect(await byEvent(stage, 'main')).toHaveLength(1);
    const resumedAt = performance.now();
    await resume('queue', 'main');
    await expect.poll(async () => (await byEvent(stage, 'main')).length).toBe(3);
    expect(performance.now() - resumedAt).toBeLessThan(5000);
    expect((await byEvent(stage, 'main')).map(({ event, attempt, status }) => [event.id, attempt, status])).toEqual([
      [waits, 1, 'retry'],
      [waits, 2, 'ok'],
      [behind, 1, 'ok'],
    ]);
  }));

test('of packages that share a queue with keys, a paused one holds up none of the other keys, however many come', () =>
  onStage(async (stage) => {
    await stage.deploy(packageIn('main', { key: '/key' }, { queue: 'shared' }), GUESTS);
    await stage.deploy(packageIn('other', { key: '/key' }, { queue: 'shared' }), GUESTS);
    const { pause, resume } = await pausing(stage);
    await stage.startExecutor();
    await pause('package', 'main');
    const waiting = [];
    for (let n = 0; n < 650; n += 1) {
      if (n % 50 === 0) waiting.push(await stage.publish('main-told', { key: `m${n % 3}` }));
      await stage.publish('other-told', { key: `k${n % 7}` });
    }
    await expect.poll(async () => (await byEvent(stage, 'other')).length).toBe(650);
    expect(await byEvent(stage, 'main')).toEqual([]);
    await expect.poll(() => stage.unacknowledged('shared')).toBe(0);
    await resume('package', 'main');
    await expect.poll(async () => (await byEvent(stage, 'main')).length).toBe(waiting.length);
    expect((await byEvent(stage, 'main')).filter(({ attempt }) => attempt > 1)).toEqual([]);
  }));

test('a strict queue that packages share waits as a whole behind the first event of the paused one, which runs as is live then', () =>
  onStage(async (stage) => {
    await stage.deploy(packageIn('main', 'strict', { queue: 'shared' }), GUESTS);
    await stage.deploy(packageIn('other', 'strict', { queue: 'shared' }), GUESTS);
    await stage.deploy(packageIn('third', 'none'), GUESTS);
    const { pause, resume } = await pausing(stage);
    await stage.startExecutor();
    await pause('package', 'main');
    const passes = await stage.publish('other-told', {});
    const ids = [await stage.publish('main-told', {}), await stage.publish('other-told', {})];
    await expect.poll(async () => (await byEvent(stage, 'other')).map(({ event }) => event.id)).toEqual([passes]);
    const third = await stage.publish('third-told', {});
    await expect.poll(async () => (await byEvent(stage, 'third')).map(({ event }) => event.id)).toEqual([third]);
    await stage.deploy({ ...packageIn('main', 'strict', { queue: 'shared' }), name: 'Repaired' }, GUESTS);
    await resume('package', 'main');
    await stage.outcomes(4, 60_000);
    const rest = (await stage.executions()).slice(2);
    expect(rest.map(({ event, version, attempt }) => [event.id, version, attempt])).toEqual([
      [ids[0], 2, 1],
      [ids[1], 1, 1],
    ]);
  }));
