import { JobicoError, type Queue } from '@jobico/contract';
import type { ConsumerConfig, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { asUnavailable, isMissing, isTaken } from './failures.ts';
import {
  DEADLETTERS,
  eventSubjects,
  EXECUTIONS,
  EXECUTOR_CONSUMER,
  EXECUTOR_GROUP,
  PARKED,
  parkedSubject,
  parseEventSubject,
  parseQueueStream,
  queuePlaceholder,
  queueStream,
} from './subjects.ts';

const MS = 1_000_000;
const DAY_MS = 86_400_000;

/** Events of an ordered queue that are delivered and not acknowledged, at most. */
const WINDOW = 512;
/** The same of an unordered queue, over all executors. */
const SHARED_WINDOW = 2048;
/** An event that is neither acknowledged nor reported as in work for this long is delivered again. */
const ACK_WAIT_MS = 30_000;
/** A pinned executor that pulls nothing for this long loses its pin. */
const PIN_MS = 8000;

type NamedStream = Partial<StreamConfig> & { name: string };

const SYSTEM_STREAMS: NamedStream[] = [
  {
    name: EXECUTIONS,
    subjects: ['jobico.execution.>'],
    description: 'One message for each execution attempt',
    max_age: 7 * DAY_MS * MS,
    max_bytes: 2 ** 30,
    discard: 'old',
    allow_direct: true,
  },
  {
    name: DEADLETTERS,
    subjects: ['jobico.deadletter.>'],
    description: 'Events that will not be retried',
    max_age: 30 * DAY_MS * MS,
    allow_direct: true,
  },
  {
    name: PARKED,
    subjects: ['jobico.parked.>'],
    description: 'Events of ordered queues that wait for their next attempt, and those behind them',
    allow_direct: true,
  },
];

/** Makes the streams that the platform itself needs. Repeating it changes nothing. */
export async function ensureStreams(nats: Nats): Promise<void> {
  for (const config of SYSTEM_STREAMS) await ensureStream(nats, config);
}

async function ensureStream({ jsm }: Nats, config: NamedStream): Promise<void> {
  try {
    await jsm.streams.info(config.name);
    await jsm.streams.update(config.name, config);
  } catch (error) {
    if (!isMissing(error)) throw asUnavailable(error, `stream ${config.name} cannot be updated`);
    try {
      await jsm.streams.add(config);
    } catch (cause) {
      if (!isTaken(cause)) throw asUnavailable(cause, `stream ${config.name} cannot be created`);
      // Another process made it meanwhile, perhaps for another version of the platform.
      await jsm.streams.update(config.name, config);
    }
  }
}

/**
 * Creates or updates a queue's stream and consumer so that it takes exactly `events` (ids). Throws `conflict` where the
 * ordering or the storage of a queue would change under events that still wait in it.
 */
export async function ensureQueue(nats: Nats, tenant: string, queue: Queue, events: readonly string[]): Promise<void> {
  const name = queueStream(tenant, queue.id);
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
  await ensureStream(nats, {
    name,
    subjects: [queuePlaceholder(tenant, queue.id), ...events.flatMap((event) => eventSubjects(tenant, event))],
    storage: queue.storage,
    max_age: queue.maxAgeMs * MS,
    max_bytes: queue.maxBytes,
    max_msgs: queue.maxEvents,
    discard: 'new',
    allow_direct: true,
    duplicate_window: Math.min(120_000, queue.maxAgeMs) * MS,
  });
  await ensureConsumer(nats, name, queue);
}

function consumerConfig(queue: Queue): Partial<ConsumerConfig> {
  const shared = queue.ordering.kind === 'none';
  return {
    durable_name: EXECUTOR_CONSUMER,
    ack_policy: 'explicit',
    ack_wait: ACK_WAIT_MS * MS,
    max_deliver: -1,
    max_ack_pending: shared ? SHARED_WINDOW : WINDOW,
    ...(!shared && {
      priority_policy: 'pinned_client',
      priority_groups: [EXECUTOR_GROUP],
      priority_timeout: PIN_MS * MS,
    }),
  };
}

async function ensureConsumer(nats: Nats, stream: string, queue: Queue): Promise<void> {
  const config = consumerConfig(queue);
  let existing;
  try {
    existing = await nats.jsm.consumers.info(stream, EXECUTOR_CONSUMER);
  } catch (error) {
    if (!isMissing(error)) throw asUnavailable(error, `the consumer of ${stream} cannot be read`);
    await nats.jsm.consumers.add(stream, config);
    return;
  }
  if ((existing.config.priority_policy === 'pinned_client') === (config.priority_policy === 'pinned_client')) return;
  if (existing.num_pending + existing.num_ack_pending > 0) {
    throw new JobicoError('conflict', `queue ${queue.id} still holds events; its ordering cannot change under them`, {
      hint: 'Wait until the queue is empty, or give the queue another id.',
    });
  }
  await nats.jsm.consumers.delete(stream, EXECUTOR_CONSUMER);
  await nats.jsm.consumers.add(stream, {
    ...config,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: existing.ack_floor.stream_seq + 1,
  });
}

async function streamInfo({ jsm }: Nats, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, `stream ${name} cannot be read`);
  }
}

export interface QueueState {
  tenant: string;
  id: string;
  /** Events that are not settled, those that are parked outside the queue too. */
  pending: number;
  /** Ids of the events that it takes. */
  events: string[];
}

/** The queues that exist, of one tenant or of all, with what waits in them. */
export async function listQueues(nats: Nats, tenant?: string): Promise<QueueState[]> {
  const queues: QueueState[] = [];
  const parked = await countParked(nats, tenant);
  const filter = queuePlaceholder(tenant ?? '*', '*');
  for await (const { config, state } of nats.jsm.streams.list(filter)) {
    const address = parseQueueStream(config.name);
    if (!address) continue;
    const events = new Set(config.subjects.flatMap((subject) => parseEventSubject(subject)?.event ?? []));
    const inQueue = (await unsettledIn(nats, config.name)) ?? state.messages;
    const outside = parked.get(`${address.tenant}.${address.queue}`) ?? 0;
    queues.push({ tenant: address.tenant, id: address.queue, pending: inQueue + outside, events: [...events] });
  }
  return queues;
}

/** Messages that the queue's consumer has not been told to be settled; undefined if it has no consumer yet. */
async function unsettledIn({ jsm }: Nats, stream: string): Promise<number | undefined> {
  try {
    const { num_pending, num_ack_pending } = await jsm.consumers.info(stream, EXECUTOR_CONSUMER);
    return num_pending + num_ack_pending;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, `the consumer of ${stream} cannot be read`);
  }
}

/** How many events are parked, by `<tenant>.<queue>`. */
export async function countParked({ jsm }: Nats, tenant = '*'): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const { state } = await jsm.streams.info(PARKED, { subjects_filter: parkedSubject(tenant, '*', '*') });
  for (const [subject, count] of Object.entries(state.subjects ?? {})) {
    const queue = subject.split('.').slice(2, 4).join('.');
    counts.set(queue, (counts.get(queue) ?? 0) + count);
  }
  return counts;
}

/** Removes a queue with all that it holds. */
export async function deleteQueue({ jsm }: Nats, tenant: string, id: string): Promise<void> {
  try {
    await jsm.streams.delete(queueStream(tenant, id));
  } catch (error) {
    if (!isMissing(error)) throw asUnavailable(error, `queue ${id} cannot be deleted`);
  }
}

export interface QueueAddress {
  tenant: string;
  queue: string;
}

/** The queues that exist. */
export async function findQueues({ jsm }: Nats): Promise<QueueAddress[]> {
  const queues: QueueAddress[] = [];
  for await (const name of jsm.streams.names('jobico.queue.>')) {
    const address = parseQueueStream(name);
    if (address) queues.push(address);
  }
  return queues;
}

/** Part of its limits that a queue may fill before settled events are dropped, and bytes where it has no limit. */
const TRIM_FROM = 0.5;
const TRIM_FROM_BYTES = 256 << 20;

/**
 * Drops settled events of a queue that is more than half full, oldest first. A queue keeps them so that they can be
 * replayed, and a full one refuses new events: the room belongs to those that wait.
 */
export async function trimQueue({ jsm }: Nats, tenant: string, queue: string): Promise<void> {
  const stream = queueStream(tenant, queue);
  const { config, state } = await jsm.streams.info(stream);
  const mostBytes = config.max_bytes > 0 ? config.max_bytes * TRIM_FROM : TRIM_FROM_BYTES;
  const mostMessages = config.max_msgs > 0 ? config.max_msgs * TRIM_FROM : Infinity;
  if (state.bytes <= mostBytes && state.messages <= mostMessages) return;
  const { ack_floor } = await jsm.consumers.info(stream, EXECUTOR_CONSUMER);
  if (ack_floor.stream_seq >= state.first_seq) await jsm.streams.purge(stream, { seq: ack_floor.stream_seq + 1 });
}

/** Whether the queue's consumer gives its messages to one process at a time. */
export async function isOrderedQueue({ jsm }: Nats, { tenant, queue }: QueueAddress): Promise<boolean> {
  const { config } = await jsm.consumers.info(queueStream(tenant, queue), EXECUTOR_CONSUMER);
  return config.priority_policy === 'pinned_client';
}
