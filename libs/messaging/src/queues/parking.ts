import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';
import { KEY, MESSAGE_ID, readKey, textOf, TRACE, type QueuedEvent } from '../intake/event-message.ts';
import { asUnavailable, isMissing, isNoMatch } from '../connection/failures.ts';
import type { HeaderFields } from '../publishing/publisher.ts';
import { readRedrive, REDRIVE, redriveHeader } from '../dead-letters/redrive-header.ts';
import { readReplay, REPLAY, replayHeader } from '../replay/replay-header.ts';
import { isPinned } from './ordered-consumer.ts';
import { consumersOf, shapeOf, type QueueAddress } from './queue-shape.ts';
import { countParked } from '../streams.ts';
import { PARKED, parkedSubject, queuePlaceholder, queueStream } from '../subjects.ts';

const ID = 'Jobico-Event-Id';
const NAME = 'Jobico-Event-Name';
const SEQUENCE = 'Jobico-Queue-Sequence';
const TIME = 'Jobico-Queue-Time';
const ATTEMPT = 'Jobico-Attempt';
const READY = 'Jobico-Ready-At';

/** An event that waits outside its queue. */
export interface ParkedEvent {
  /** Of the copy in the stream `PARKED`. */
  parkedSequence: number;
  event: QueuedEvent;
  /** The attempt that comes next, as far as was known when it was parked. */
  attempt: number;
  /** Milliseconds since 1970. */
  readyAtMs: number;
}

/**
 * Events of one ordered queue that were moved out of it, lane by lane, so that they hold up nothing but their own lane
 * while they wait. Only the executor that is pinned to the queue uses it, and only the executors can write to the stream.
 */
export interface Parking {
  /** The lanes that hold events. */
  lanes(): Promise<string[]>;
  /** Appends a copy of an event to a lane; it may be acknowledged in its queue once this resolves. */
  park(lane: string, parked: Omit<ParkedEvent, 'parkedSequence'>): Promise<void>;
  /** The oldest event of a lane. */
  head(lane: string): Promise<ParkedEvent | undefined>;
  /** Takes an event away, for good. */
  remove(parkedSequence: number): Promise<void>;
}

/** `partition`: of the queue, if it has some. */
export function createParking(nats: Nats, tenant: string, queue: string, partition = 0): Parking {
  const subjectOf = (lane: string) => parkedSubject(tenant, queue, partition, lane);
  return {
    async lanes() {
      const { state } = await nats.jsm.streams.info(PARKED, { subjects_filter: subjectOf('*') });
      return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(subject.lastIndexOf('.') + 1));
    },
    async park(lane, parked) {
      await nats.publisher.publish(subjectOf(lane), parked.event.text, headersOf(queue, tenant, parked));
    },
    async head(lane) {
      try {
        const message = await nats.jsm.direct.getMessage(PARKED, {
          seq: 1,
          next_by_subj: subjectOf(lane),
        });
        return message ? readParked(message, tenant) : undefined;
      } catch (error) {
        if (isNoMatch(error)) return undefined;
        throw asUnavailable(error, 'parked events cannot be read');
      }
    },
    async remove(parkedSequence) {
      try {
        await nats.jsm.streams.deleteMessage(PARKED, parkedSequence, false);
      } catch (error) {
        if (!isMissing(error) && !/no message found/.test(String(error)))
          throw asUnavailable(error, 'a parked event cannot be removed');
      }
    },
  };
}

function headersOf(
  queue: string,
  tenant: string,
  { event, attempt, readyAtMs }: Omit<ParkedEvent, 'parkedSequence'>,
): HeaderFields {
  const fields: [string, string][] = [
    // Parked again by whoever takes the queue over: the copy that is there is enough. A queue that was made again has other
    // events at the same places.
    [MESSAGE_ID, `${tenant}:${queue}:${event.sequence}:${event.timeMs}`],
    [ID, event.id],
    [NAME, event.name],
    [SEQUENCE, String(event.sequence)],
    [TIME, String(event.timeMs)],
    [ATTEMPT, String(attempt)],
    [READY, String(readyAtMs)],
  ];
  if (event.key !== undefined) fields.push([KEY, encodeURIComponent(event.key)]);
  if (event.traceparent !== undefined) fields.push([TRACE, event.traceparent]);
  if (event.redriveOf !== undefined) fields.push([REDRIVE, redriveHeader(event.redriveOf)]);
  if (event.replayOf !== undefined) fields.push([REPLAY, replayHeader(event.replayOf)]);
  return fields;
}

export interface FoundParked {
  queue: string;
  /** The number of its part of the queue; 0 of a queue without partitions. */
  partition: number;
  parked: ParkedEvent;
}

/** The parked events of a tenant, of one queue or of all, that are meant; oldest first. */
export async function* findParked(
  nats: Nats,
  tenant: string,
  queue: string | undefined,
  isMeant: (event: QueuedEvent) => boolean,
): AsyncGenerator<FoundParked> {
  const filter = parkedSubject(tenant, queue ?? '*', '*', '*');
  for await (const message of readForward(nats, PARKED, filter, { seq: 1 })) {
    const parked = readParked(message, tenant);
    const [, , , where = '', partition] = message.subject.split('.');
    if (isMeant(parked.event)) yield { queue: where, partition: Number(partition), parked };
  }
}

/** What a message of the stream `PARKED` holds. */
export function readParked({ seq, header, data }: StoredMsg, tenant: string): ParkedEvent {
  const key = readKey(header.get(KEY));
  const traceparent = header.get(TRACE);
  const redriveOf = readRedrive(header.get(REDRIVE));
  const replayOf = readReplay(header.get(REPLAY));
  return {
    parkedSequence: seq,
    attempt: Number(header.get(ATTEMPT)),
    readyAtMs: Number(header.get(READY)),
    event: {
      id: header.get(ID),
      tenant,
      name: header.get(NAME),
      sequence: Number(header.get(SEQUENCE)),
      timeMs: Number(header.get(TIME)),
      text: textOf(data),
      ...(key !== undefined && { key }),
      ...(traceparent && { traceparent }),
      ...(redriveOf && { redriveOf }),
      ...(replayOf && { replayOf }),
    },
  };
}

/** What the server must be asked again, at most this often, to wake a queue. */
const WAKE_MS = 10_000;

/**
 * Makes sure that the parked events of every queue are run, and answers which queues have some. A process works a queue
 * once the server has pinned it, and the server pins nobody before there is a message: a queue that has nothing but parked
 * events gets one that is no event. `isMeant` leaves queues asleep; `reason` wakes those that were woken a moment ago too,
 * once for each.
 */
export async function wakeParkedQueues(
  nats: Nats,
  isMeant: (queue: QueueAddress) => boolean,
  reason?: string,
): Promise<QueueAddress[]> {
  const parked = [...(await countParked(nats)).keys()].map((address) => {
    const [tenant = '', queue = ''] = address.split('.');
    return { tenant, queue };
  });
  const addresses = parked.filter(isMeant);
  for (const { tenant, queue } of addresses) {
    const stream = queueStream(tenant, queue);
    try {
      if (await areAllPinned(nats, stream)) continue;
      const id = `wake:${reason ?? Math.floor(Date.now() / WAKE_MS)}`;
      await nats.publisher.publish(queuePlaceholder(tenant, queue), '', [[MESSAGE_ID, id]]);
    } catch (error) {
      if (!isMissing(error)) throw asUnavailable(error, `queue ${queue} cannot be woken`);
    }
  }
  return addresses;
}

async function areAllPinned(nats: Nats, stream: string): Promise<boolean> {
  const { config } = await nats.jsm.streams.info(stream);
  const pinned = await Promise.all(consumersOf(shapeOf(config)).map(({ name }) => isPinned(nats, stream, name)));
  return pinned.every(Boolean);
}
