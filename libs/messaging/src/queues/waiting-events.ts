import { keyOf, JobicoError, parseExactJson, type Queue, type StoredEvent, type WaitingEvent } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { recordedEvent } from '../outcomes/recorded-event.ts';
import { readForward } from '../reading/direct-batch.ts';
import { readStoredEvent, SOURCE, type QueuedEvent } from '../intake/event-message.ts';
import { pagesBackward } from '../reading/pages.ts';
import { readParked, type ParkedEvent } from './parking.ts';
import { openQueueTail, type EventState, type QueueTail } from './queue-tail.ts';
import { allEventSubjects, PARKED, parkedSubject } from '../subjects.ts';

/** Which events of a queue that wait are meant. */
export interface WaitingFilter {
  tenant: string;
  queue: string;
  /** By its name. */
  event?: string | undefined;
  key?: string | undefined;
  /** Milliseconds since 1970. */
  storedBeforeMs?: number | undefined;
  /** How the queue finds keys, as far as a package says so. */
  ordering?: Queue['ordering'] | undefined;
}

export interface WaitingQuery extends WaitingFilter {
  order: 'oldest' | 'newest';
  limit: number;
  /** The `next` of the page before. */
  after?: string | undefined;
}

/** An event that is not settled, and where it waits. */
export type Waiting = { state: EventState; source: string } | { parked: ParkedEvent };

export interface FoundWaiting {
  waiting: Waiting[];
  next?: string;
}

const CHUNK = 128;
/** What one query looks at; a page that finds little in it answers where to go on. */
const MAX_SCANNED = 20_000;
/** Of a page: an answer over NATS is one message. */
const PAGE_BYTES = 4 << 20;

/** A page of what waits in a queue; undefined if there is no such queue. What is parked comes before what is in the queue. */
export async function findWaiting(nats: Nats, query: WaitingQuery): Promise<FoundWaiting | undefined> {
  const tail = await openQueueTail(nats, query.tenant, query.queue);
  if (!tail) return undefined;
  const parked = await parkedEvents(nats, query);
  const isParked = new Set(parked.map(({ event }) => event.sequence));
  const cursor = query.after === undefined ? undefined : readCursor(query.after);
  const fromParked = parkedAfter(parked, query, cursor);
  const fromQueue =
    cursor?.place === 'p' && query.order === 'newest' ? [] : queued(nats, tail, query, cursor, isParked);
  const sources = query.order === 'oldest' ? [fromParked, fromQueue] : [fromQueue, fromParked];
  const waiting: Waiting[] = [];
  let bytes = 0;
  let scanned = 0;
  let last = '';
  for (const source of sources) {
    for await (const each of source) {
      if (waiting.length === query.limit || bytes > PAGE_BYTES || scanned === MAX_SCANNED)
        return { waiting, next: last };
      scanned += 1;
      last = 'parked' in each ? `p${each.parked.parkedSequence}` : `q${each.state.event.sequence}`;
      if ('state' in each && each.state.isSettled) continue;
      if (!isMeant(query, eventOf(each))) continue;
      waiting.push(each);
      bytes += eventOf(each).text.length;
    }
  }
  return { waiting };
}

export const eventOf = (waiting: Waiting): QueuedEvent =>
  'parked' in waiting ? waiting.parked.event : waiting.state.event;

/** An event that waits, as callers see it. */
export function describeWaiting(waiting: Waiting, query: WaitingFilter): WaitingEvent {
  if ('parked' in waiting) {
    const { event, attempt, readyAtMs } = waiting.parked;
    return {
      ...describeStored(event, query),
      state: 'parked',
      ...(attempt > 1 && { nextAttempt: attempt, nextAttemptAt: new Date(readyAtMs).toISOString() }),
    };
  }
  const { event, outcome, isFetched } = waiting.state;
  return {
    ...describeStored(event, query, waiting.source),
    state: isFetched ? 'fetched' : 'waiting',
    ...(outcome && { nextAttempt: outcome.attempt + 1 }),
    ...(outcome?.nextAttemptAt !== undefined && { nextAttemptAt: outcome.nextAttemptAt }),
  };
}

/** An event as callers see it, its numbers with every digit. */
export function describeStored(
  event: QueuedEvent,
  { queue, ordering }: Pick<WaitingFilter, 'queue' | 'ordering'>,
  source = '',
): StoredEvent {
  const { value, isText } = payloadOf(event);
  const key = isText || !ordering ? event.key : keyOf({ ordering }, value, event.key);
  return {
    ...recordedEvent(event, key),
    queue,
    sequence: event.sequence,
    ...(source !== '' && { source }),
    data: value,
    ...(isText && { isText }),
  };
}

function payloadOf({ text }: QueuedEvent): { value: unknown; isText?: true } {
  try {
    return { value: parseExactJson(text) };
  } catch {
    return { value: text, isText: true };
  }
}

export function isMeant(filter: WaitingFilter, event: QueuedEvent): boolean {
  if (filter.event !== undefined && event.name !== filter.event) return false;
  if (filter.storedBeforeMs !== undefined && event.timeMs >= filter.storedBeforeMs) return false;
  return filter.key === undefined || describeStored(event, filter).key === filter.key;
}

interface Cursor {
  place: 'p' | 'q';
  sequence: number;
}

function readCursor(text: string): Cursor {
  const parts = /^([pq])(\d{1,15})$/.exec(text);
  if (parts) return { place: parts[1] as Cursor['place'], sequence: Number(parts[2]) };
  throw new JobicoError('bad-request', '`after` is not the `next` of a page', {
    faults: [{ path: '/after', message: 'is not a cursor', value: text.slice(0, 40) }],
  });
}

async function parkedEvents(nats: Nats, { tenant, queue }: WaitingFilter): Promise<ParkedEvent[]> {
  const found: ParkedEvent[] = [];
  for await (const message of readForward(nats, PARKED, parkedSubject(tenant, queue, '*', '*'), { seq: 1 })) {
    found.push(readParked(message, tenant));
    if (found.length >= MAX_SCANNED) break;
  }
  return found;
}

function parkedAfter(parked: readonly ParkedEvent[], { order }: WaitingQuery, cursor: Cursor | undefined): Waiting[] {
  if (cursor?.place === 'q' && order === 'oldest') return [];
  const isAfter = ({ parkedSequence }: ParkedEvent) => {
    if (cursor?.place !== 'p') return true;
    return order === 'oldest' ? parkedSequence > cursor.sequence : parkedSequence < cursor.sequence;
  };
  const rest = parked.filter(isAfter).map((each) => ({ parked: each }));
  return order === 'oldest' ? rest : rest.reverse();
}

/** What the queue holds beyond its floor, with what has become of it. What is parked has its copy outside. */
async function* queued(
  nats: Nats,
  tail: QueueTail,
  { tenant, order }: WaitingQuery,
  cursor: Cursor | undefined,
  isParked: ReadonlySet<number>,
): AsyncGenerator<Waiting> {
  const after = cursor?.place === 'q' ? cursor.sequence : undefined;
  const chunks = order === 'oldest' ? forward(nats, tail, tenant, after) : backward(nats, tail, tenant, after);
  for await (const messages of chunks) {
    const sources = new Map(messages.map((message) => [message.seq, message.header.get(SOURCE)]));
    const events = messages.flatMap((message) => readStoredEvent(message, tail.stream) ?? []);
    const open = events.filter(({ sequence }) => !isParked.has(sequence));
    for (const state of await tail.statesOf(open)) yield { state, source: sources.get(state.event.sequence) ?? '' };
  }
}

async function* forward(nats: Nats, tail: QueueTail, tenant: string, after = 0): AsyncGenerator<StoredMsg[]> {
  const seq = Math.max(after, tail.floor) + 1;
  let chunk: StoredMsg[] = [];
  for await (const message of readForward(nats, tail.stream, allEventSubjects(tenant), { seq })) {
    if (message.seq > tail.last) break;
    chunk.push(message);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* backward(nats: Nats, tail: QueueTail, tenant: string, before?: number): AsyncGenerator<StoredMsg[]> {
  for (let after = before === undefined ? undefined : String(before); ;) {
    const page = await pagesBackward(nats, tail.stream, allEventSubjects(tenant), CHUNK, after);
    const open = page.messages.filter(({ seq }) => seq > tail.floor);
    if (open.length > 0) yield open;
    if (open.length < page.messages.length || page.next === undefined) return;
    after = page.next;
  }
}
