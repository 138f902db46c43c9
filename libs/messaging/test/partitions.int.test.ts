import type { Queue } from '@jobico/contract';
import {
  ensureQueue,
  eventSubject,
  findQueues,
  listQueues,
  partitionOf,
  queueStream,
  trimQueue,
  type Nats,
} from '@jobico/messaging';
import { describe, expect, test } from 'vitest';
import { queue, uniqueTenant, withNats } from './nats.ts';

const keyed = (partitions: number, pointer = '/key'): Queue['ordering'] => ({ kind: 'keyed', pointer, partitions });

const KEYS = [
  'a',
  'c-1003',
  'Z_9',
  'with space',
  'ünïcode',
  'x'.repeat(100),
  ...Array.from({ length: 60 }, (_, i) => `k${i}`),
];

async function onQueue(partitions: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  const tenant = uniqueTenant();
  await withNats(async (nats) => {
    await ensureQueue(nats, tenant, queue('q', keyed(partitions)), ['placed']);
    await work({ nats, tenant, stream: queueStream(tenant, 'q') });
  });
}

interface Stage {
  nats: Nats;
  tenant: string;
  stream: string;
}

const publish = ({ nats, tenant }: Stage, key?: string) =>
  nats.publisher.publish(eventSubject(tenant, 'placed', key), JSON.stringify({ key }));

const reorder = ({ nats, tenant }: Stage, ordering: Queue['ordering']) =>
  ensureQueue(nats, tenant, queue('q', ordering), ['placed']);

const consumersOf = async ({ nats, tenant }: Stage) =>
  (await findQueues(nats)).filter((found) => found.tenant === tenant).map(({ name }) => name);

const pendingOf = async ({ nats, tenant }: Stage) => (await listQueues(nats, tenant))[0]?.pending;

/** Sequences that a consumer is given now; acknowledged. */
async function take({ nats, stream }: Stage, consumer: string): Promise<number[]> {
  const { num_pending, config } = await nats.jsm.consumers.info(stream, consumer);
  if (num_pending === 0) return [];
  const sequences: number[] = [];
  const source = await nats.js.consumers.get(stream, consumer);
  const group = config.priority_groups?.[0];
  const messages = await source.fetch({ max_messages: num_pending, expires: 5000, ...(group && { group }) });
  for await (const message of messages) {
    sequences.push(message.seq);
    await message.ackAck();
  }
  return sequences;
}

describe('a partitioned queue', () => {
  test('gives each event whose subject names a key to the consumer that the key belongs to', () =>
    onQueue(5, async (stage) => {
      const expected = new Map<number, number[]>();
      for (const key of KEYS) {
        const { sequence } = await publish(stage, key);
        const index = partitionOf(key, 5);
        expected.set(index, [...(expected.get(index) ?? []), sequence]);
      }
      expect(expected.size).toBe(5);
      for (const { name, partition } of await findQueues(stage.nats)) {
        if (partition?.count !== 5 || !(await consumersOf(stage)).includes(name)) continue;
        expect(await take(stage, name)).toEqual(expected.get(partition.index));
      }
      expect(await pendingOf(stage)).toBe(0);
    }));

  test('gives an event without a key in its subject to every consumer, and counts it once', () =>
    onQueue(3, async (stage) => {
      const { sequence } = await publish(stage);
      await publish(stage, 'a');
      await publish(stage);
      expect(await pendingOf(stage)).toBe(3);
      const [first = ''] = await consumersOf(stage);
      expect(await take(stage, first)).toContain(sequence);
      expect(await pendingOf(stage)).toBeGreaterThanOrEqual(3);
      for (const name of await consumersOf(stage)) await take(stage, name);
      expect(await pendingOf(stage)).toBe(0);
    }));

  test('drops of a full queue what all partitions have settled, and nothing that one of them has not', async () => {
    const tenant = uniqueTenant();
    await withNats(async (nats) => {
      const stage = { nats, tenant, stream: queueStream(tenant, 'q') };
      await ensureQueue(nats, tenant, queue('q', keyed(4), 20), ['placed']);
      for (let i = 0; i < 15; i += 1) await publish(stage, KEYS[i]);
      const [last = '', ...others] = (await consumersOf(stage)).toReversed();
      for (const name of others) await take(stage, name);
      const oldest = KEYS.findIndex((key) => partitionOf(key, 4) === 3) + 1;
      await trimQueue(nats, tenant, 'q');
      expect((await nats.jsm.streams.info(stage.stream)).state.first_seq).toBeLessThanOrEqual(oldest);
      await take(stage, last);
      await trimQueue(nats, tenant, 'q');
      expect((await nats.jsm.streams.info(stage.stream)).state.messages).toBe(0);
    });
  });
});

describe('the number of partitions', () => {
  test('cannot change while events wait, which stay where they are and are still delivered', () =>
    onQueue(4, async (stage) => {
      await publish(stage, 'a');
      await publish(stage);
      const before = await consumersOf(stage);
      for (const ordering of [keyed(2), keyed(1), keyed(4, '/other'), { kind: 'none' } as const]) {
        await expect(reorder(stage, ordering)).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringMatching(/^queue q still holds 2 events.* from \{ key: \/key, partitions: 4 \} to /),
        });
      }
      expect(await consumersOf(stage)).toEqual(before);
      const given = await Promise.all(before.map((name) => take(stage, name)));
      expect(given.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 2, 2, 2]);
    }));

  test('changes once the queue is empty: what was settled does not come again, what comes then does once', () =>
    onQueue(4, async (stage) => {
      let settled = 0;
      for (const ordering of [keyed(2), keyed(1), keyed(3), keyed(3, '/other'), { kind: 'none' } as const, keyed(2)]) {
        await publish(stage, 'a');
        await publish(stage, 'b');
        settled += 2;
        for (const name of await consumersOf(stage)) await take(stage, name);
        await reorder(stage, ordering);
        expect(await pendingOf(stage)).toBe(0);
        const { config, state } = await stage.nats.jsm.streams.info(stage.stream);
        const isPartitioned = ordering.kind === 'keyed' && ordering.partitions > 1;
        expect(config.subject_transform !== undefined).toBe(isPartitioned);
        expect(state.messages).toBe(settled);
        const names = await stage.nats.jsm.consumers.list(stage.stream).next();
        expect(names.map(({ name }) => name).toSorted()).toEqual(await consumersOf(stage));
      }
      await publish(stage, 'a');
      const given = await Promise.all((await consumersOf(stage)).map((name) => take(stage, name)));
      expect(given.flat()).toEqual([settled + 1]);
    }));

  test('may change while events come in: each is settled by the old consumers, or given to a new one', () =>
    onQueue(4, async (stage) => {
      const old = await consumersOf(stage);
      // As if it had come after it was seen that nothing waits: the consumers are made to begin before it.
      const { sequence } = await publish(stage, 'a');
      for (const name of old) await stage.nats.jsm.consumers.delete(stage.stream, name);
      const { config } = await stage.nats.jsm.streams.info(stage.stream);
      const metadata = {
        ...config.metadata,
        'jobico-partitions': '2',
        'jobico-partitions-before': '4',
        'jobico-start': String(sequence),
      };
      await stage.nats.jsm.streams.update(stage.stream, { metadata });
      await reorder(stage, keyed(2));
      const given = await Promise.all((await consumersOf(stage)).map((name) => take(stage, name)));
      expect(given).toEqual([[sequence], [sequence]]);
    }));

  test('leaves consumers alone that others have on the stream', () =>
    onQueue(2, async (stage) => {
      await stage.nats.jsm.consumers.add(stage.stream, { durable_name: 'executor-watch', ack_policy: 'none' });
      await reorder(stage, keyed(3));
      expect(await stage.nats.jsm.consumers.info(stage.stream, 'executor-watch')).toBeDefined();
    }));
});
