import type { Execution } from '@jobico/contract';
import {
  createEventId,
  createOutcomes,
  createParking,
  keyToken,
  openTenantKv,
  queueStream,
  type QueuedEvent,
} from '@jobico/messaging';
import { expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';

const CRASHED = 'the one that crashed';

/** What an executor that crashed has left on record of an event. */
function recordOf(stage: Stage, event: QueuedEvent, changes: Partial<Execution>): Execution {
  const { id, name, sequence, timeMs } = event;
  const time = new Date(timeMs).toISOString();
  return {
    id: createEventId(),
    tenant: stage.tenant,
    package: 'p',
    version: 1,
    job: 'counts',
    event: { id, name, time },
    attempt: 1,
    status: 'ok',
    startedAt: time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'q',
    sequence,
    node: CRASHED,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    ...changes,
  };
}

const eventAt = (stage: Stage, sequence: number, id: string, text: string): QueuedEvent => ({
  id,
  tenant: stage.tenant,
  name: 'counted',
  sequence,
  timeMs: Date.now() - 1000,
  text,
});

const countOf = async ({ nats, tenant }: Stage, key: string) => {
  const entry = await (await openTenantKv(nats, tenant)).get('counts', key);
  return entry ? Number(Buffer.from(entry.value).toString()) : 0;
};

const counting = (ordering: unknown) => ({
  id: 'p',
  queues: [
    { id: 'q', ordering },
    { id: 'side', ordering: 'none' },
  ],
  jobs: [
    {
      event: { id: 'counted', supplierqueue: 'q', runtime: 'counts' },
      result: { ok: { id: 'after', supplierqueue: 'side', runtime: 'echo' } },
    },
  ],
  runtimes: [
    { id: 'counts', moduleref: 'kv-counter.wasm' },
    { id: 'echo', moduleref: 'echo.wasm' },
  ],
  grants: { counts: { kv: [{ bucket: 'counts', access: 'write' }] } },
});
const GUESTS = { 'kv-counter.wasm': 'kv-counter', 'echo.wasm': 'echo' };

test('an event that is parked, and comes from the queue as well, runs once', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    await stage.deploy(counting({ key: '/key' }), GUESTS);
    const outcomes = createOutcomes(nats, tenant, 'q');
    // Events that were settled and not acknowledged: what they raised is looked for before the one behind them has its turn.
    const settled = 200;
    for (let sequence = 1; sequence <= settled; sequence += 1) {
      const id = await stage.publish('counted', { key: 'settled', bucket: 'counts' });
      const emitted = [{ id: `${id}:ok`, event: 'after', data: {}, route: 'ok' as const }];
      await outcomes.commit(recordOf(stage, eventAt(stage, sequence, id, ''), { emitted }));
    }
    const text = JSON.stringify({ key: 'a', bucket: 'counts' });
    const parked = eventAt(stage, settled + 1, await stage.publish('counted', text), text);
    await outcomes.commit(recordOf(stage, parked, { status: 'retry', nextAttemptAt: new Date().toISOString() }));
    await createParking(nats, tenant, 'q').park(`k${keyToken('a')}`, { event: parked, attempt: 2, readyAtMs: 0 });
    await stage.startExecutor();
    await expect.poll(() => stage.unacknowledged('q'), { timeout: 10_000 }).toBe(0);
    await expect.poll(async () => (await createParking(nats, tenant, 'q').lanes()).length).toBe(0);
    expect(await countOf(stage, 'a')).toBe(1);
    expect(await countOf(stage, 'settled')).toBe(0);
  }));

test('in an unordered queue, an event that is delivered again as if for the first time does not run again', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    await stage.deploy(counting('none'), GUESTS);
    await stage.startExecutor();
    // Of a key that cannot be written, so that it waits for another attempt and holds the acknowledgement floor.
    await stage.publish('counted', { key: '', bucket: 'counts' });
    for (const key of ['a', 'b', 'c']) await stage.publish('counted', { key, bucket: 'counts' });
    const stream = queueStream(tenant, 'q');
    const allButFirst = async () => {
      const { delivered, num_ack_pending } = await nats.jsm.consumers.info(stream, 'executor');
      return delivered.consumer_seq >= 4 && num_ack_pending === 1;
    };
    await expect.poll(allButFirst, { timeout: 5000 }).toBe(true);
    await nats.jsm.consumers.reset(stream, 'executor');
    await expect.poll(allButFirst, { timeout: 5000 }).toBe(true);
    for (const key of ['a', 'b', 'c']) expect(await countOf(stage, key)).toBe(1);
    const ended = (await stage.executions()).filter(({ event, status }) => event.name === 'counted' && status === 'ok');
    expect(ended).toHaveLength(3);
  }));
