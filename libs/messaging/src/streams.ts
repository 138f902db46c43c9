import { LIMITS } from '@jobico/contract';
import type { ConsumerInfo, StreamConfig } from '@nats-io/jetstream';
import type { Nats } from './connection/connection.ts';
import { readForward } from './reading/direct-batch.ts';
import { asUnavailable, isMissing, isTaken } from './connection/failures.ts';
import { unspreadSubjects } from './queues/partitions.ts';
import {
  consumersOf,
  maxAgeMsOf,
  shapeOf,
  type QueueAddress,
  type QueueShape,
  type ShapedConsumer,
} from './queues/queue-shape.ts';
import {
  DEADLETTERS,
  EXECUTIONS,
  PARKED,
  parkedSubject,
  parseEventSubject,
  parseQueueStream,
  queuePlaceholder,
  queueStream,
  SCHEDULES,
} from './subjects.ts';

const MS = 1_000_000;

export type NamedStream = Partial<StreamConfig> & { name: string };

const SYSTEM_STREAMS: NamedStream[] = [
  {
    name: EXECUTIONS,
    subjects: ['jobico.execution.>', 'jobico.inputs.>', 'jobico.log.>'],
    description:
      'One message for each execution attempt, one for what it was given where its job says so, and some for what long ones log while they run',
    // What is logged stands in the record too: it takes the place of records no longer than somebody may watch.
    allow_msg_ttl: true,
    max_age: LIMITS.recordsAgeMs * MS,
    max_bytes: LIMITS.recordsBytes,
    discard: 'old',
    allow_direct: true,
  },
  {
    name: DEADLETTERS,
    subjects: ['jobico.deadletter.>'],
    description: 'Events that will not be retried',
    max_age: LIMITS.deadLettersAgeMs * MS,
    allow_direct: true,
  },
  {
    name: SCHEDULES,
    subjects: ['jobico.schedule.>', 'jobico.fired.>'],
    description: 'Schedules, which the server fires by itself, and what they have fired',
    allow_msg_schedules: true,
    allow_rollup_hdrs: true,
    max_msgs_per_subject: LIMITS.scheduleFires,
    discard: 'old',
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

/** Makes a stream, or gives it this configuration. */
export async function ensureStream({ jsm }: Nats, config: NamedStream): Promise<void> {
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

export interface QueueState {
  tenant: string;
  id: string;
  /** Events that are not settled, those that are parked outside the queue too. */
  pending: number;
  /** Ids of the events that it takes. */
  events: string[];
  /** Which consumers it has. */
  shape: QueueShape;
  takesBatches: boolean;
}

/** Whether queues are to take what comes together as one batch: see `createGroupCommit`. */
export const takesBatches = ({ durability }: Pick<Nats, 'durability'>) => durability === 'durable';

/** The queues that exist, of one tenant or of all, with what waits in them. */
export async function listQueues(nats: Nats, tenant?: string): Promise<QueueState[]> {
  const queues: QueueState[] = [];
  const parked = await countParked(nats, tenant);
  const filter = queuePlaceholder(tenant ?? '*', '*');
  for await (const { config, state } of nats.jsm.streams.list(filter)) {
    const address = parseQueueStream(config.name);
    if (!address) continue;
    const events = new Set(config.subjects.flatMap((subject) => parseEventSubject(subject)?.event ?? []));
    const inQueue = (await unsettledIn(nats, config)) ?? state.messages;
    const outside = parked.get(`${address.tenant}.${address.queue}`) ?? 0;
    queues.push({
      tenant: address.tenant,
      id: address.queue,
      pending: inQueue + outside,
      events: [...events],
      shape: shapeOf(config),
      takesBatches: config.allow_atomic === true,
    });
  }
  return queues;
}

/**
 * Messages that the queue's consumers have not been told to be settled; undefined if one of them is not there yet. Every
 * partition is given the events that came without a key in the subject: such an event counts once, unless some partitions
 * have looked at it already and others have not.
 */
export async function unsettledIn(nats: Nats, config: StreamConfig): Promise<number | undefined> {
  const { name } = config;
  const shape = shapeOf(config);
  const infos = await consumerInfos(nats, name, shape);
  if (!infos) return undefined;
  const sum = infos.reduce((total, each) => total + each.num_pending + each.num_ack_pending, 0);
  const address = parseQueueStream(name);
  if (sum === 0 || infos.length === 1 || !address) return sum;
  const from = Math.max(...infos.map(({ ack_floor }) => ack_floor.stream_seq)) + 1;
  const repeats = (infos.length - 1) * (await countUnspread(nats, address, shape, from));
  // What has come between the two looks is in the second alone.
  return Math.max(Math.ceil(sum / infos.length), sum - repeats);
}
/** How many events are parked, by `<tenant>.<queue>`. */
export async function countParked({ jsm }: Nats, tenant = '*'): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const { state } = await jsm.streams.info(PARKED, { subjects_filter: parkedSubject(tenant, '*', '*', '*') });
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

/** A consumer of a queue, as executors work it. */
export interface FoundConsumer extends QueueAddress, ShapedConsumer {
  /** Whether it gives its messages to one process at a time. */
  isOrdered: boolean;
}

/** The consumers of the queues that exist. */
export async function findQueues({ jsm }: Nats): Promise<FoundConsumer[]> {
  const found: FoundConsumer[] = [];
  for await (const { config } of jsm.streams.list('jobico.queue.>')) {
    const address = parseQueueStream(config.name);
    const shape = shapeOf(config);
    if (address) {
      for (const consumer of consumersOf(shape)) found.push({ ...address, ...consumer, isOrdered: shape.isOrdered });
    }
  }
  return found;
}

/** Part of its limits that a queue may fill before settled events are dropped, and bytes where it has no limit. */
const TRIM_FROM = 0.5;
const TRIM_FROM_BYTES = 256 << 20;

/**
 * Drops settled events of a queue that are older than it keeps them and, where it is more than half full, the others too,
 * oldest first. A queue keeps them so that they can be replayed, and a full one refuses new events: the room belongs to
 * those that wait.
 */
export async function trimQueue(nats: Nats, tenant: string, queue: string): Promise<void> {
  const stream = queueStream(tenant, queue);
  const { config, state } = await nats.jsm.streams.info(stream);
  const mostBytes = config.max_bytes > 0 ? config.max_bytes * TRIM_FROM : TRIM_FROM_BYTES;
  const mostMessages = config.max_msgs > 0 ? config.max_msgs * TRIM_FROM : Infinity;
  const isFull = state.bytes > mostBytes || state.messages > mostMessages;
  const keptSinceMs = Date.now() - maxAgeMsOf(config);
  if (!isFull && (state.messages === 0 || Date.parse(state.first_ts) >= keptSinceMs)) return;
  const infos = await consumerInfos(nats, stream, shapeOf(config));
  // A partition to which nothing has come for long, and nothing waits in, holds up no other one.
  const floors = infos?.map(({ ack_floor, num_pending, num_ack_pending }) =>
    num_pending + num_ack_pending === 0 ? state.last_seq : ack_floor.stream_seq,
  );
  const settled = Math.min(...(floors ?? [0]));
  const kept = isFull ? undefined : await firstSince(nats, stream, keptSinceMs);
  const upTo = Math.min(settled + 1, kept ?? Infinity);
  if (upTo > state.first_seq) await nats.jsm.streams.purge(stream, { seq: upTo });
}

/** The first message that is not older; undefined if all are. */
async function firstSince(nats: Nats, stream: string, sinceMs: number): Promise<number | undefined> {
  const since = readForward(nats, stream, '>', { start_time: new Date(sinceMs) }, 1);
  for await (const { seq } of since) return seq;
  return undefined;
}

/** Undefined if one of them is not there yet. */
async function consumerInfos({ jsm }: Nats, stream: string, shape: QueueShape): Promise<ConsumerInfo[] | undefined> {
  try {
    return await Promise.all(consumersOf(shape).map(({ name }) => jsm.consumers.info(stream, name)));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, `the consumers of ${stream} cannot be read`);
  }
}

/** How many events there are from a sequence on that every partition is given; a consumer that reads nothing counts them. */
async function countUnspread(
  { jsm }: Nats,
  { tenant, queue }: QueueAddress,
  { partitionsBefore }: QueueShape,
  from: number,
): Promise<number> {
  const stream = queueStream(tenant, queue);
  const { name, num_pending } = await jsm.consumers.add(stream, {
    ack_policy: 'none',
    deliver_policy: 'by_start_sequence',
    opt_start_seq: from,
    filter_subjects: [...unspreadSubjects(tenant, partitionsBefore), queuePlaceholder(tenant, queue)],
    mem_storage: true,
    inactive_threshold: 5000 * MS,
  });
  await jsm.consumers.delete(stream, name).catch(() => false);
  return num_pending;
}
