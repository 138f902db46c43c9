import { JobicoError, type Queue } from '@jobico/contract';
import type { StreamInfo } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import { isQueueConsumer } from './partitions.ts';
import {
  consumerConfigOf,
  consumersOf,
  isSameShape,
  maxAgeMetadata,
  shapeFor,
  shapeInWords,
  shapeOf,
  streamConfigOf,
  type QueueAddress,
  type QueueShape,
  type ShapedConsumer,
} from './queue-shape.ts';
import { countParked, ensureStream, takesBatches, unsettledIn } from '../streams.ts';
import { eventSubjects, queuePlaceholder, queueStream } from '../subjects.ts';

const MS = 1_000_000;
/** An update leaves what it does not name as it was. */
const NO_TRANSFORM: object = { subject_transform: undefined };

/**
 * Creates or updates a queue's stream and consumers so that it takes exactly `events` (ids). Throws `conflict` where the
 * ordering or the storage of a queue would change under events that still wait in it.
 */
export async function ensureQueue(nats: Nats, tenant: string, queue: Queue, events: readonly string[]): Promise<void> {
  const name = queueStream(tenant, queue.id);
  const address = { tenant, queue: queue.id };
  const existing = await streamInfo(nats, name);
  if (existing && existing.config.storage !== queue.storage) {
    throw new JobicoError(
      'conflict',
      `queue ${queue.id} keeps its events in ${existing.config.storage}; storage cannot change`,
      {
        hint: 'Give the queue another id, or undeploy the package first.',
      },
    );
  }
  const setStream = (shape: QueueShape) =>
    ensureStream(nats, {
      name,
      subjects: [queuePlaceholder(tenant, queue.id), ...events.flatMap((event) => eventSubjects(tenant, event))],
      storage: queue.storage,
      max_age: 0,
      max_bytes: queue.maxBytes,
      max_msgs: queue.maxEvents,
      discard: 'new',
      allow_direct: true,
      allow_atomic: takesBatches(nats),
      duplicate_window: Math.min(120_000, queue.maxAgeMs) * MS,
      ...NO_TRANSFORM,
      ...withMaxAge(streamConfigOf(tenant, shape), queue),
    });
  const wanted = shapeFor(queue);
  const before = existing && shapeOf(existing.config);
  if (!before || isSameShape(before, wanted)) {
    const shape = before ?? wanted;
    await setStream(shape);
    await ensureConsumers(nats, address, shape);
    return;
  }
  await reshape(nats, address, before, wanted, setStream);
}

function withMaxAge(config: ReturnType<typeof streamConfigOf>, { maxAgeMs }: Queue): typeof config {
  return { ...config, metadata: { ...config.metadata, ...maxAgeMetadata(maxAgeMs) } };
}

/** A consumer of a queue that changes its shape is paused for as long at most: longer than executors need to notice. */
const PAUSE_MS = 60_000;

/**
 * Gives an empty queue other consumers, while events may come in and executors work it. Its consumers are paused first: what
 * comes from then on is delivered by nobody but the new ones, and what came before is seen to be settled, or it is refused.
 * What the stream says is the turn: whoever finds it goes on from there if this process is killed.
 */
async function reshape(
  nats: Nats,
  { tenant, queue }: QueueAddress,
  before: QueueShape,
  wanted: QueueShape,
  setStream: (shape: QueueShape) => Promise<void>,
): Promise<void> {
  const stream = queueStream(tenant, queue);
  await eachOf(consumersOf(before), ({ name }) =>
    nats.jsm.consumers.pause(stream, name, new Date(Date.now() + PAUSE_MS)),
  );
  const info = await nats.jsm.streams.info(stream);
  // In this order: events go from the queue to where they are parked.
  const inQueue = await unsettledIn(nats, info.config);
  const outside = (await countParked(nats, tenant)).get(`${tenant}.${queue}`) ?? 0;
  const pending = (inQueue ?? info.state.messages) + outside;
  if (pending > 0) {
    await eachOf(consumersOf(before), ({ name }) => nats.jsm.consumers.resume(stream, name));
    throw new JobicoError(
      'conflict',
      `queue ${queue} still holds ${pending === 1 ? 'an event' : `${pending} events`}; its ordering cannot change under ` +
        `them from ${shapeInWords(before)} to ${shapeInWords(wanted)}`,
      { hint: 'Deploy again once the queue is empty, or give the queue another id.', details: { pending } },
    );
  }
  const countBefore = before.partitioning?.count;
  const isOtherCount = countBefore !== undefined && wanted.partitioning && wanted.partitioning.count !== countBefore;
  const shape = {
    ...wanted,
    ...(isOtherCount && { partitionsBefore: countBefore }),
    start: info.state.last_seq + 1,
  };
  await setStream(shape);
  await ensureConsumers(nats, { tenant, queue }, shape);
}

/** A consumer that is gone already has nothing to be paused or resumed. */
async function eachOf(consumers: readonly ShapedConsumer[], work: (consumer: ShapedConsumer) => Promise<unknown>) {
  await Promise.all(
    consumers.map((consumer) =>
      work(consumer).catch((error: unknown) => {
        if (!isMissing(error)) throw asUnavailable(error, `consumer ${consumer.name} cannot be changed`);
      }),
    ),
  );
}

/** Makes the consumers that are not there, and removes those of another shape. */
async function ensureConsumers({ jsm }: Nats, address: QueueAddress, shape: QueueShape): Promise<void> {
  const stream = queueStream(address.tenant, address.queue);
  const wanted = new Map(consumersOf(shape).map((consumer) => [consumer.name, consumer]));
  try {
    const others: string[] = [];
    for await (const { name, config } of jsm.consumers.list(stream)) {
      const isAsWanted = (config.priority_policy === 'pinned_client') === shape.isOrdered;
      if (wanted.has(name) && isAsWanted) wanted.delete(name);
      else if (isQueueConsumer(name)) others.push(name);
    }
    for (const name of others) await jsm.consumers.delete(stream, name);
    for (const consumer of wanted.values()) {
      await jsm.consumers.add(stream, consumerConfigOf(address, shape, consumer));
    }
  } catch (error) {
    throw asUnavailable(error, `the consumers of ${stream} cannot be made`);
  }
}

async function streamInfo({ jsm }: Nats, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, `stream ${name} cannot be read`);
  }
}
