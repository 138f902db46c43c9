import type { StoredMsg } from '@nats-io/jetstream';
import { isEventId, LIMITS, type RedriveOf, type ReplayOf } from '@jobico/contract';
import type { Delivered } from '../queues/delivered.ts';
import { derivedId } from './event-ids.ts';
import type { HeaderFields } from '../publishing/joined-writes.ts';
import { readRedrive, REDRIVE, redriveHeader } from '../dead-letters/redrive-header.ts';
import { readReplay, REPLAY, replayHeader } from '../replay/replay-header.ts';
import { parseEventSubject } from '../subjects.ts';

export const MESSAGE_ID = 'Nats-Msg-Id';
export const KEY = 'Jobico-Key';
export const SOURCE = 'Jobico-Source';
export const TRACE = 'traceparent';

/** An event as it waits in a queue. Whatever its headers say is its producer's claim; time and sequence are the stream's. */
export interface QueuedEvent {
  id: string;
  tenant: string;
  name: string;
  /** From the header; a queue with a pointer takes the key from the payload instead. */
  key?: string;
  sequence: number;
  /** When the stream stored it, in milliseconds since 1970. */
  timeMs: number;
  /** The payload as it came. */
  text: string;
  traceparent?: string;
  /** The dead letter that it was. */
  redriveOf?: RedriveOf;
  /** The event that it repeats. */
  replayOf?: ReplayOf;
  /** The partition that the server has given it to, by the key in its subject. */
  spread?: { index: number; count: number };
}

/** The headers of an event that is published. Header text is checked when it is written; ids and keys by their callers. */
export function eventHeaders({
  source,
  ...event
}: OwnHeaders & {
  source: string;
  redriveOf?: RedriveOf | undefined;
  replayOf?: ReplayOf | undefined;
}): HeaderFields {
  return [
    ...ownHeaders(event),
    ...sourceHeaders(source),
    ...(event.redriveOf ? [[REDRIVE, redriveHeader(event.redriveOf)] as const] : []),
    ...(event.replayOf ? [[REPLAY, replayHeader(event.replayOf)] as const] : []),
  ];
}

/** What every event of a request has. */
export const sourceHeaders = (source: string): HeaderFields => [[SOURCE, source]];

/** What an event has of its own. */
interface OwnHeaders {
  id: string;
  key?: string | undefined;
  traceparent?: string | undefined;
}

/** The headers of an event without those that say where it came from. */
export function ownHeaders(event: OwnHeaders): HeaderFields {
  const fields: [string, string][] = [[MESSAGE_ID, event.id]];
  // A longer one would not be read again; half a surrogate pair has no encoding.
  if (event.key !== undefined && event.key.length <= LIMITS.keyLength) {
    fields.push([KEY, encodeURIComponent(event.key.toWellFormed())]);
  }
  if (event.traceparent !== undefined) fields.push([TRACE, event.traceparent]);
  return fields;
}

/** What is read of a message, however it was got. */
type EventMessage = Pick<Delivered, 'subject' | 'sequence' | 'storedNanos' | 'timeMs' | 'payload' | 'header'>;

/** Reads an event that was looked up in its queue's stream; undefined if the subject is none of an event's. */
export function readStoredEvent(message: StoredMsg, stream: string): QueuedEvent | undefined {
  const { subject, seq: sequence, time, data: payload, timestamp } = message;
  const header = (name: string) => message.header.get(name) || undefined;
  const storedNanos = String(nanosOf(timestamp));
  return readEvent({ subject, sequence, storedNanos, timeMs: time.getTime(), payload, header }, stream);
}

/** Of an RFC 3339 time with up to nine digits of a second, in nanoseconds since 1970. */
function nanosOf(timestamp: string): bigint {
  const [seconds = '', fraction = ''] = timestamp.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Reads an event off its queue; undefined if the subject is none of an event's. */
export function readEvent(message: EventMessage, stream: string): QueuedEvent | undefined {
  const address = parseEventSubject(message.subject);
  if (!address) return undefined;
  const { timeMs, sequence, storedNanos } = message;
  const claimed = message.header(MESSAGE_ID);
  const key = readKey(message.header(KEY));
  const traceparent = message.header(TRACE);
  const redriveOf = readRedrive(message.header(REDRIVE));
  const replayOf = readReplay(message.header(REPLAY));
  return {
    id: isEventId(claimed) ? claimed : derivedId(timeMs, `${stream}:${sequence}:${storedNanos}`),
    tenant: address.tenant,
    name: address.event,
    ...(key !== undefined && { key }),
    sequence,
    timeMs,
    text: textOf(message.payload),
    ...(traceparent && /^[0-9a-f-]{55}$/.test(traceparent) && { traceparent }),
    ...(redriveOf && { redriveOf }),
    ...(replayOf && { replayOf }),
    ...(address.spread && { spread: address.spread }),
  };
}

export function readKey(header: string | undefined): string | undefined {
  if (!header) return undefined;
  try {
    const key = decodeURIComponent(header);
    return key.length <= LIMITS.keyLength ? key : undefined;
  } catch {
    return undefined;
  }
}

export function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}
