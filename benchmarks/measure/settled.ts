import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** A queue of a tenant. */
export interface QueueName {
  tenant: string;
  queue: string;
}

/** An event that is stored, and the outcome that ended it. Times are the server's, in milliseconds since 1970 with fractions. */
export interface Settled {
  sequence: number;
  key: string | undefined;
  /** Of its outcome. */
  attempt: number;
  storedAtMs: number;
  recordedAtMs: number;
}

/** An event as it is stored in its queue. */
export interface Stored {
  sequence: number;
  atMs: number;
}

/** An outcome as it is stored. */
export interface Recorded {
  sequence: number;
  status: string;
  key?: string | undefined;
  attempt: number;
  atMs: number;
}

/**
 * Joins events with their outcomes, in the order in which the outcomes were recorded. Throws unless every event has exactly
 * one that ends it, a success, and there is none of any other event.
 */
export function pairUp(name: string, stored: readonly Stored[], recorded: readonly Recorded[]): Settled[] {
  const waiting = new Map(stored.map(({ sequence, atMs }) => [sequence, atMs]));
  const settled = recorded
    .filter(({ status }) => status !== 'retry')
    .map(({ sequence, status, key, attempt, atMs }) => {
      const storedAtMs = waiting.get(sequence);
      if (storedAtMs === undefined || status !== 'ok') {
        throw new Error(`${name}: the outcome of event ${sequence} is not expected: ${status}, attempt ${attempt}`);
      }
      waiting.delete(sequence);
      return { sequence, key, attempt, storedAtMs, recordedAtMs: atMs };
    });
  const [first] = waiting.keys();
  if (first !== undefined) throw new Error(`${name}: ${waiting.size} events have no outcome, event ${first} is one`);
  return settled;
}

/** The first event that ended before one of the same key that was stored before it; `settled` as they were recorded. */
export function firstInversion(settled: readonly Settled[]): Settled | undefined {
  const latest = new Map<string | undefined, number>();
  return settled.find(({ key, sequence }) => {
    if (sequence < (latest.get(key) ?? 0)) return true;
    latest.set(key, sequence);
    return false;
  });
}

const waitedMs = ({ storedAtMs, recordedAtMs }: Settled) => recordedAtMs - storedAtMs;

/** Milliseconds from stored to recorded, of each. */
export const waitsOf = (settled: readonly Settled[]) => settled.map(waitedMs);

const streamOf = ({ tenant, queue }: QueueName) => `QUEUE_${tenant}_${queue}`;

/** The sequence that the next event of a queue will have, at the earliest. */
export async function nextSequence(nc: NatsConnection, queue: QueueName): Promise<number> {
  const { state } = await (await jetstreamManager(nc)).streams.info(streamOf(queue));
  return state.last_seq + 1;
}

/** Reads the events of a queue from a sequence on, all of which must have ended, with their outcomes. */
export async function readSettled(nc: NatsConnection, queue: QueueName, from: number): Promise<Settled[]> {
  const stored: Stored[] = [];
  const events = { deliver_policy: 'by_start_sequence', opt_start_seq: from, headers_only: true } as const;
  for await (const message of messagesOf(nc, streamOf(queue), events)) {
    if (message.subject.startsWith('jobico.event.')) stored.push({ sequence: message.seq, atMs: timeOf(message) });
  }
  const [first] = stored;
  if (!first) return [];
  const recorded: Recorded[] = [];
  const outcomes = {
    deliver_policy: 'by_start_time',
    opt_start_time: new Date(first.atMs).toISOString(),
    filter_subjects: `jobico.execution.${queue.tenant}.*.*.*.${queue.queue}.*`,
  } as const;
  for await (const message of messagesOf(nc, 'EXECUTIONS', outcomes)) {
    const { sequence, status, attempt, event } = message.json<Recorded & { event: { key?: string } }>();
    // An outcome of the same millisecond may be of an event before.
    if (sequence >= first.sequence) {
      recorded.push({ sequence, status, attempt, key: event.key, atMs: timeOf(message) });
    }
  }
  return pairUp(`${queue.tenant}/${queue.queue}`, stored, recorded);
}

/** How long each execution of a tenant took by itself, in milliseconds, of those recorded since a time. */
export async function readDurations(nc: NatsConnection, tenant: string, sinceMs: number): Promise<number[]> {
  const durations: number[] = [];
  const from = {
    deliver_policy: 'by_start_time',
    opt_start_time: new Date(sinceMs).toISOString(),
    filter_subjects: `jobico.execution.${tenant}.>`,
  } as const;
  for await (const message of messagesOf(nc, 'EXECUTIONS', from)) {
    durations.push(message.json<{ durationMs: number }>().durationMs);
  }
  return durations;
}

const timeOf = (message: JsMsg) => Number(message.timestampNanos) / 1e6;

async function* messagesOf(
  nc: NatsConnection,
  stream: string,
  from: Parameters<ReturnType<typeof jetstream>['consumers']['get']>[1],
): AsyncGenerator<JsMsg> {
  const consumer = await jetstream(nc).consumers.get(stream, from);
  if ((await consumer.info()).num_pending === 0) return;
  for await (const message of await consumer.consume({ max_messages: 1000 })) {
    yield message;
    if (message.info.pending === 0) return;
  }
}

const POLL_MS = 50;

/** Waits until every event of the queues has ended, those too that wait outside of them. */
export async function untilSettled(
  nc: NatsConnection,
  queues: readonly QueueName[],
  signal: AbortSignal,
): Promise<void> {
  const jsm = await jetstreamManager(nc);
  for (const queue of queues) {
    const parked = { subjects_filter: `jobico.parked.${queue.tenant}.${queue.queue}.>` };
    for (;;) {
      const { num_pending, num_ack_pending } = await jsm.consumers.info(streamOf(queue), 'executor');
      if (num_pending + num_ack_pending === 0) {
        const { state } = await jsm.streams.info('PARKED', parked);
        if (Object.keys(state.subjects ?? {}).length === 0) break;
      }
      await delay(POLL_MS, undefined, { signal });
    }
  }
}
