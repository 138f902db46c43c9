import { consumeOrdered, ensureQueue, queueStream, type Delivered, type Nats } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { queue, uniqueTenant, withNats } from './nats.ts';

const log = createSilentLogger();

/** A process that works a queue: what it was given, in order. */
async function startWorker(nats: Nats, tenant: string) {
  const seen: Delivered[] = [];
  const tails: { floor: number; delivered: number }[] = [];
  const consumer = await consumeOrdered(
    nats,
    queueStream(tenant, 'q'),
    {
      onPinned: (tail) => {
        tails.push(tail);
        seen.length = 0;
      },
      onMessage: (message) => void seen.push(message),
      onUnpinned: () => void (seen.length = 0),
    },
    log,
  );
  return { seen, tails, sequences: () => seen.map(({ sequence }) => sequence), stop: () => consumer.stop() };
}

async function publish(nats: Nats, tenant: string, count: number) {
  for (let index = 0; index < count; index += 1) await nats.publisher.publish(`jobico.event.${tenant}.placed`, '{}');
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('one worker gets every message in order; the other gets none', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const [a, b] = [await startWorker(nats, tenant), await startWorker(nats, tenant)];
    await publish(nats, tenant, 20);
    await expect.poll(() => [...a.sequences(), ...b.sequences()]).toEqual(upTo(1, 20));
    expect([...a.tails, ...b.tails]).toEqual([{ floor: 0, delivered: 0 }]);
    await a.stop();
    await b.stop();
  }));

test('a worker that stops hands the unacknowledged tail to the other at once, from the first of it, in order', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const a = await startWorker(nats, tenant);
    await publish(nats, tenant, 20);
    await expect.poll(() => a.seen).toHaveLength(20);
    for (const message of a.seen.slice(0, 5)) nats.publisher.acknowledge(message);
    await nats.nc.flush();
    const b = await startWorker(nats, tenant);
    await a.stop();
    await publish(nats, tenant, 1);
    await expect.poll(b.sequences, { timeout: 8000 }).toEqual(upTo(6, 21));
    expect(b.tails.at(-1)).toEqual({ floor: 5, delivered: 20 });
    await b.stop();
  }));

test('the tail of a worker whose connection is gone comes to the other without waiting for its acknowledgement time', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const b = await startWorker(nats, tenant);
    await withNats(async (doomed) => {
      await b.stop();
      const a = await startWorker(doomed, tenant);
      await publish(nats, tenant, 10);
      await expect.poll(() => a.seen).toHaveLength(10);
      await doomed.nc.close();
    });
    const c = await startWorker(nats, tenant);
    await expect.poll(c.sequences, { timeout: 18_000, interval: 100 }).toEqual(upTo(1, 10));
    expect(c.tails.at(-1)).toEqual({ floor: 0, delivered: 10 });
    await c.stop();
  }));

test('a worker whose connection is lost while it stops has stopped all the same', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    await withNats(async (doomed) => {
      const a = await startWorker(doomed, tenant);
      await publish(nats, tenant, 1);
      await expect.poll(() => a.seen).toHaveLength(1);
      const stopping = a.stop();
      await Promise.all([expect(stopping).resolves.toBeUndefined(), doomed.nc.reconnect()]);
    });
  }));
