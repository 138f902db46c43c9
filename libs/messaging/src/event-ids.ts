import { createHash, randomBytes } from 'node:crypto';

/** A UUIDv7 (RFC 9562): its first 48 bits are the time in milliseconds, so look-ups know where to start. */
export function createEventId(timeMs = Date.now()): string {
  return uuidv7(timeMs, randomBytes(10));
}

/**
 * The id of an event that came without one, or whose derived id would be too long: always the same for the same seed.
 */
export function derivedId(timeMs: number, seed: string): string {
  return uuidv7(timeMs, createHash('sha256').update(seed).digest());
}

function uuidv7(timeMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
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
