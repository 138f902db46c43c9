import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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

async function eventAt({ nats, tenant }: Stage, sequence: number, id: string, text: string): Promise<QueuedEvent> {
  const stored = await nats.jsm.streams.getMessage(queueStream(tenant, 'q'), { seq: sequence });
  return { id, tenant, name: 'counted', sequence, timeMs: stored?.time.getTime() ?? NaN, text };
}

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
      await outcomes.commit(recordOf(stage, await eventAt(stage, sequence, id, ''), { emitted }));
    }
    const text = JSON.stringify({ key: 'a', bucket: 'counts' });
    const parked = await eventAt(stage, settled + 1, await stage.publish('counted', text), text);
    await outcomes.commit(recordOf(stage, parked, { status: 'retry', nextAttemptAt: new Date().toISOString() }));
    await createParking(nats, tenant, 'q').park(`k${keyToken('a')}`, { event: parked, attempt: 2, readyAtMs: 0 });
    await stage.startExecutor();
    await expect.poll(() => stage.unacknowledged('q'), { timeout: 10_000 }).toBe(0);
    const parkedLanes = async () => (await createParking(nats, tenant, 'q').lanes()).length;
    await expect.poll(parkedLanes, { timeout: 10_000 }).toBe(0);
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

/** A service that takes its time, unless it is asked twice at once; it remembers the most that ever waited. */
async function withSlowService<T>(work: (origin: string, most: () => number) => Promise<T>): Promise<T> {
  const waiting = new Set<ServerResponse>();
  let most = 0;
  const server = createServer((_request, response) => {
    waiting.add(response);
    most = Math.max(most, waiting.size);
    setTimeout(
      () => {
        waiting.delete(response);
        response.end('{}');
      },
      waiting.size > 1 ? 0 : 1500,
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => most);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a queue that is read again from its floor waits for what was begun: an event does not run beside itself', () =>
  withSlowService((origin, most) =>
    onStage(async (stage) => {
      const { nats, tenant } = stage;
      await stage.deploy(
        {
          id: 'p',
          queues: [{ id: 'q' }],
          jobs: [{ event: { id: 'asked', supplierqueue: 'q', runtime: 'asks' } }],
          runtimes: [{ id: 'asks', moduleref: 'asks.wasm' }],
          grants: { asks: { http: [origin] } },
        },
        { 'asks.wasm': 'http-get' },
      );
      await stage.startExecutor();
      await stage.publish('asked', { url: origin });
      await expect.poll(most, { timeout: 10_000 }).toBe(1);
      await nats.jsm.consumers.reset(queueStream(tenant, 'q'), 'executor');
      await stage.publish('asked', { url: origin });
      const outcomes = await stage.outcomes(2);
      expect(outcomes.map(({ sequence, attempt }) => [sequence, attempt])).toEqual([
        [1, 2],
        [2, 1],
      ]);
      expect(most()).toBe(1);
    }),
  ));
