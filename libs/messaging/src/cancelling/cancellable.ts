import type { LiveLines } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { timeOfId } from '../intake/event-ids.ts';
import { readStoredEvent, type QueuedEvent } from '../intake/event-message.ts';
import { asUnavailable, isMissing, isNoMatch } from '../connection/failures.ts';
import { scanForward } from '../reading/pages.ts';
import { findParked, type FoundParked } from '../queues/parking.ts';
import { createRecorder } from '../outcomes/recorder.ts';
import { storedUnder } from '../queues/stored-queue.ts';
import { EXECUTIONS, logSubject, queueStream } from '../subjects.ts';

/** An event that an id may mean, and where it is. */
export interface Cancellable {
  event: QueuedEvent;
  queue: string;
  /** Where it was found outside of its queue. */
  parked?: FoundParked | undefined;
}

/** An id that is made here is stored within that time of its own, and given once. */
const EARLIER_MS = 2000;
const LATER_MS = 10_000;

/**
 * The events that an id means, of events or of executions, as far as they are parked or in their queues. An id that tells
 * its time is looked for there first: to read whole queues takes long.
 */
export async function* findCancellable(nats: Nats, tenant: string, id: string): AsyncGenerator<Cancellable> {
  const eventId = (await eventThatRuns(nats, tenant, id)) ?? id;
  const timeMs = timeOfId(eventId);
  const outside = new Set<string>();
  for await (const found of findParked(nats, tenant, undefined, (event) => event.id === eventId)) {
    outside.add(`${found.queue} ${found.parked.event.sequence}`);
    yield { event: found.parked.event, queue: found.queue, parked: found };
    if (timeMs !== undefined) return;
  }
  if (timeMs !== undefined) {
    const within = { fromMs: timeMs - EARLIER_MS, untilMs: timeMs + LATER_MS };
    for await (const found of storedUnder(nats, tenant, eventId, within)) {
      yield found;
      return;
    }
    const attempted = await attemptedBy(nats, tenant, id);
    if (attempted) {
      yield attempted;
      return;
    }
  }
  for await (const found of storedUnder(nats, tenant, eventId)) {
    if (!outside.has(`${found.queue} ${found.event.sequence}`)) yield found;
  }
}

/** An executor's clock, and the server's. */
const CLOCKS_DIFFER_MS = 5000;

/** The event of an execution that runs: what runs for long tells its id with what it logs. */
async function eventThatRuns(nats: Nats, tenant: string, id: string): Promise<string | undefined> {
  const timeMs = timeOfId(id);
  if (timeMs === undefined) return undefined;
  for await (const message of scanForward(nats, EXECUTIONS, logSubject(tenant), timeMs - CLOCKS_DIFFER_MS)) {
    const live = message.json<LiveLines>();
    if (live.execution === id) return live.event.id;
  }
  return undefined;
}

const EXECUTION_ID = /^[0-9a-f-]{36}$/;

/** The event of an attempt that is on record. */
async function attemptedBy(nats: Nats, tenant: string, id: string): Promise<Cancellable | undefined> {
  const execution = EXECUTION_ID.test(id) ? await createRecorder(nats).get(tenant, id) : undefined;
  if (!execution) return undefined;
  const { queue, sequence } = execution;
  for await (const parked of findParked(nats, tenant, queue, (event) => event.sequence === sequence)) {
    return { event: parked.parked.event, queue, parked };
  }
  const event = await storedAt(nats, queueStream(tenant, queue), sequence);
  return event && { event, queue };
}

async function storedAt({ jsm }: Nats, stream: string, sequence: number): Promise<QueuedEvent | undefined> {
  try {
    const message = await jsm.direct.getMessage(stream, { seq: sequence });
    return message ? readStoredEvent(message, stream) : undefined;
  } catch (error) {
    if (isNoMatch(error) || isMissing(error)) return undefined;
    throw asUnavailable(error, 'an event cannot be read');
  }
}
