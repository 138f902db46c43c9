import type { StoredEvent } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';
import { timeOfId } from '../intake/event-ids.ts';
import { readStoredEvent, SOURCE, type QueuedEvent } from '../intake/event-message.ts';
import { pagesBackward, sequenceOf } from '../reading/pages.ts';
import { queueInfo } from './queue-states.ts';
import { allEventSubjects, parseQueueStream, queuePlaceholder, queueStream } from '../subjects.ts';
import { describeStored, isMeant, type WaitingFilter } from './waiting-events.ts';

/** Which events that a queue still holds are meant. */
export interface StoredFilter extends Omit<WaitingFilter, 'storedBeforeMs'> {
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
}

export interface StoredQuery extends StoredFilter {
  limit: number;
  after?: string | undefined;
}

const CHUNK = 128;
/** What one query looks at; a page that finds little in it answers where to go on. */
const MAX_SCANNED = 20_000;
const PAGE_BYTES = 4 << 20;

/** A page of what a queue holds, newest first; undefined if there is no such queue. */
export async function listStored(
  nats: Nats,
  query: StoredQuery,
): Promise<{ items: StoredEvent[]; next?: string } | undefined> {
  if (!(await queueInfo(nats, query.tenant, query.queue))) return undefined;
  const items: StoredEvent[] = [];
  let bytes = 0;
  let scanned = 0;
  let last = 0;
  for await (const message of backward(nats, query)) {
    if (items.length === query.limit || bytes > PAGE_BYTES || scanned === MAX_SCANNED) {
      return { items, next: String(last) };
    }
    scanned += 1;
    last = message.seq;
    const event = readStoredEvent(message, queueStream(query.tenant, query.queue));
    if (!event || !isOf(query, event)) continue;
    items.push(describeStored(event, query, message.header.get(SOURCE)));
    bytes += event.text.length;
  }
  return { items };
}

export function isOf(
  { sinceMs = -Infinity, untilMs = Infinity, ...filter }: StoredFilter,
  event: QueuedEvent,
): boolean {
  return event.timeMs >= sinceMs && event.timeMs < untilMs && isMeant(filter, event);
}

async function* backward(
  nats: Nats,
  { tenant, queue, sinceMs = -Infinity, after }: StoredQuery,
): AsyncGenerator<StoredMsg> {
  if (after !== undefined) sequenceOf(after);
  for (let from = after; ;) {
    const page = await pagesBackward(nats, queueStream(tenant, queue), allEventSubjects(tenant), CHUNK, from);
    for (const message of page.messages) {
      if (message.time.getTime() < sinceMs) return;
      yield message;
    }
    if (page.next === undefined) return;
    from = page.next;
  }
}

/** Between the clock of whoever made an id and the stream's. */
const CLOCKS_MS = 60_000;

/** An event by its id, in whichever queue of the tenant still holds it. */
export async function findStoredEvent(nats: Nats, tenant: string, id: string): Promise<StoredEvent | undefined> {
  for await (const { event, queue, source } of storedUnder(nats, tenant, id)) {
    return describeStored(event, { queue }, source);
  }
  return undefined;
}

/** When an event was stored, in milliseconds since 1970. */
export interface StoredWithin {
  fromMs: number;
  untilMs: number;
}

/**
 * Every event of a tenant that is stored under an id: a producer may have sent it again, long after. Without a time it reads
 * each queue from the time of the id to its end.
 */
export async function* storedUnder(
  nats: Nats,
  tenant: string,
  id: string,
  within?: StoredWithin,
): AsyncGenerator<{ event: QueuedEvent; queue: string; source: string }> {
  const timeMs = timeOfId(id);
  const fromMs = within?.fromMs ?? (timeMs === undefined ? undefined : timeMs - CLOCKS_MS);
  const start = fromMs === undefined ? { seq: 1 } : { start_time: new Date(Math.max(0, fromMs)) };
  for await (const stream of nats.jsm.streams.names(queuePlaceholder(tenant, '*'))) {
    const queue = parseQueueStream(stream)?.queue ?? '';
    for await (const message of readForward(nats, stream, allEventSubjects(tenant), start, CHUNK)) {
      if (within && message.time.getTime() > within.untilMs) break;
      const event = readStoredEvent(message, stream);
      if (event?.id === id) yield { event, queue, source: message.header.get(SOURCE) };
    }
  }
}
