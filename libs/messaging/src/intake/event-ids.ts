import { createHash, randomUUID } from 'node:crypto';

/** A UUIDv7 (RFC 9562): its first 48 bits are the time in milliseconds, so look-ups know where to start. */
export function createEventId(timeMs = Date.now()): string {
  // Node draws random UUIDs from a pool; bytes of our own would be a system call for every event.
  return timePart(timeMs) + randomUUID().slice(RANDOM_FROM);
}

/** After the version's digit. */
const RANDOM_FROM = 15;

/** `<8 digits>-<4 digits>-7` */
function timePart(timeMs: number): string {
  // In two parts that are small integers: digits of a number beyond 2^31 take four times as long.
  const high = Math.floor(timeMs / 2 ** 16);
  const low = timeMs - high * 2 ** 16;
  return `${high.toString(16).padStart(8, '0')}-${low.toString(16).padStart(4, '0')}-7`;
}

/**
 * The id of an event that came without one, or whose derived id would be too long: always the same for the same seed.
 */
export function derivedId(timeMs: number, seed: string): string {
  const bytes = createHash('sha256').update(seed).digest().subarray(0, 10);
  bytes[2] = ((bytes[2] ?? 0) & 0x3f) | 0x80;
  const digits = bytes.toString('hex');
  return `${timePart(timeMs)}${digits.slice(1, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
}

const UUIDV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

/** Milliseconds since 1970 that an id starts with, if it is a UUIDv7 or derived from one. */
export function timeOfId(id: string): number | undefined {
  const parts = UUIDV7.exec(id);
  return parts ? Number.parseInt(`${parts[1]}${parts[2]}`, 16) : undefined;
}

const MAX_LENGTH = 256;

/** Id of an event that an outcome puts on a queue: `<event id>:<job>:<route>`, so that a repeat makes no second one. */
export function outgoingId(eventId: string, job: string, route: string, timeMs: number): string {
  const id = `${eventId}:${job}:${route}`;
  return id.length <= MAX_LENGTH ? id : derivedId(timeOfId(eventId) ?? timeMs, id);
}
