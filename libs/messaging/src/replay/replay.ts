import { asJobicoError, JobicoError, type ReplayResult } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import type { Definitions } from '../packages/definitions-view.ts';
import { readForward } from '../reading/direct-batch.ts';
import { createEventId, outgoingId, timeOfId } from '../intake/event-ids.ts';
import { eventHeaders, readStoredEvent, type QueuedEvent } from '../intake/event-message.ts';
import { subjectKey } from '../queues/partitions.ts';
import { openQueueTail, type EventState, type QueueTail } from '../queues/queue-tail.ts';
import { findStored } from '../intake/stored-events.ts';
import { isOf, type StoredQuery } from '../queues/stored-queue.ts';
import { allEventSubjects, eventSubject } from '../subjects.ts';
import { describeStored } from '../queues/waiting-events.ts';

export interface ReplayQuery extends StoredQuery {
  /** Of a replay that was begun before; left out: a new one. */
  replay?: string | undefined;
  dryRun: boolean;
}

export interface Replayed {
  replay: string;
  items: ReplayResult[];
  next?: string;
}

/** What one query looks at; a page that finds little in it answers where to go on. */
const MAX_SCANNED = 20_000;
/** How far a reading goes on beyond a page that is full by then. */
const CHUNK = 128;

/**
 * Puts settled events that a queue still holds on their queues once more, oldest first; undefined if there is no such queue.
 * Each gets the id `<its first id>:replay:<name of the replay>`, so that a replay which is repeated under its name adds
 * nothing: whoever names one looks first for what it has put there, in the queues and in the records. What comes while it
 * goes on is not part of it.
 */
export async function replayStored(
  nats: Nats,
  definitions: Definitions,
  query: ReplayQuery,
): Promise<Replayed | undefined> {
  const tail = await openQueueTail(nats, query.tenant, query.queue);
  if (!tail) return undefined;
  const begun = beginning(query, tail);
  const { states, next } = await page(nats, tail, query, begun);
  const items = query.dryRun
    ? states.map((state) => previewed(definitions, state, begun.replay))
    : await replayAll(nats, definitions, query, states, begun);
  return { replay: begun.replay, items, ...(next !== undefined && { next }) };
}

/** Where a replay stands: behind `after`, never beyond what there was when it began, and whether it may have been here. */
interface Beginning {
  replay: string;
  after: number;
  end: number;
  isRepeat: boolean;
}

function beginning({ after, replay }: ReplayQuery, tail: QueueTail): Beginning {
  if (after === undefined) {
    return { replay: replay ?? createEventId(), after: 0, end: tail.last, isRepeat: replay !== undefined };
  }
  const parts = /^(\d{1,15})\.(\d{1,15})\.([01])\.([A-Za-z0-9_-]{1,64})$/.exec(after);
  if (parts) {
    return { after: Number(parts[1]), end: Number(parts[2]), isRepeat: parts[3] === '1', replay: parts[4] ?? '' };
  }
  throw new JobicoError('bad-request', '`after` is not the `next` of a page', {
    faults: [{ path: '/after', message: 'is not a cursor', value: after.slice(0, 40) }],
  });
}

async function page(nats: Nats, tail: QueueTail, query: ReplayQuery, { replay, after, end, isRepeat }: Beginning) {
  const events: QueuedEvent[] = [];
  let scanned = 0;
  let last = after;
  let isWhole = true;
  const { sinceMs } = query;
  const start = after === 0 && sinceMs !== undefined ? { start_time: new Date(sinceMs) } : { seq: after + 1 };
  for await (const message of readForward(nats, tail.stream, allEventSubjects(query.tenant), start, CHUNK)) {
    if (message.seq > end) break;
    if (events.length === query.limit || scanned === MAX_SCANNED) {
      isWhole = false;
      break;
    }
    scanned += 1;
    last = message.seq;
    const event = readStoredEvent(message, tail.stream);
    if (event && isOf(query, event)) events.push(event);
  }
  const states = await tail.statesOf(events);
  return { states, ...(!isWhole && { next: `${last}.${end}.${isRepeat ? 1 : 0}.${replay}` }) };
}

function replayId(event: QueuedEvent, replay: string): string {
  return outgoingId(firstId(event), 'replay', replay, event.timeMs);
}

/** A replay of a replay repeats the same event. */
const firstId = ({ id, replayOf }: QueuedEvent) => replayOf?.event ?? id;

function previewed(definitions: Definitions, { event, isSettled }: EventState, replay: string): ReplayResult {
  const { id, name, sequence, tenant } = event;
  const result = { id, event: name, sequence };
  if (!isSettled) return { ...result, outcome: 'waiting' };
  if (definitions.event(tenant, name)) return { ...result, outcome: 'replayed', as: replayId(event, replay) };
  return { ...result, outcome: 'undeclared', reason: 'no package declares the event any more' };
}

async function replayAll(
  nats: Nats,
  definitions: Definitions,
  { tenant }: ReplayQuery,
  states: readonly EventState[],
  { replay, isRepeat }: Beginning,
): Promise<ReplayResult[]> {
  const ids = new Set(states.map(({ event }) => replayId(event, replay)));
  // Its name tells when it was begun; of one that somebody else has named, nothing is known.
  const known =
    isRepeat && ids.size > 0 ? await findStored(nats, { tenant }, ids, timeOfId(replay) ?? 0) : new Set<string>();
  // Issued in order, and so stored in order.
  return await Promise.all(
    states.map(async (state) => {
      const planned = previewed(definitions, state, replay);
      if (planned.outcome !== 'replayed' || planned.as === undefined) return planned;
      if (known.has(planned.as)) return { ...planned, outcome: 'already' as const };
      try {
        return { ...planned, outcome: await publish(nats, definitions, state.event, planned.as, replay) };
      } catch (error) {
        const { as: _as, ...rest } = planned;
        return { ...rest, outcome: 'failed' as const, reason: asJobicoError(error).message };
      }
    }),
  );
}

async function publish(nats: Nats, definitions: Definitions, event: QueuedEvent, as: string, replay: string) {
  const queue = definitions.event(event.tenant, event.name)?.queue;
  const key = queue ? describeStored(event, { queue: queue.id, ordering: queue.ordering }).key : event.key;
  const headers = eventHeaders({
    id: as,
    key: event.key,
    source: 'replay',
    replayOf: { event: firstId(event), replay },
  });
  const subject = eventSubject(event.tenant, event.name, queue && subjectKey(queue, key));
  const { isDuplicate } = await nats.publisher.publish(subject, event.text, headers);
  return isDuplicate ? ('already' as const) : ('replayed' as const);
}
