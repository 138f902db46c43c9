import type { StoredMsg } from '@nats-io/jetstream';
import { JobicoError } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { readForward } from './direct-batch.ts';

/** Messages of one request. */
const BATCH = 256;
const FIRST_SPAN = 256;
const MAX_SCANNED = 200_000;

/**
 * The newest messages of a stream that match a subject filter, newest first. A stream reads forward only, so this takes
 * spans of sequences from the end, each four times the one before, until a page is full.
 */
export async function pagesBackward(
  nats: Nats,
  stream: string,
  filter: string,
  limit: number,
  after?: string,
): Promise<{ messages: StoredMsg[]; next?: string }> {
  const { state } = await nats.jsm.streams.info(stream);
  let end = after === undefined ? state.last_seq : sequenceOf(after) - 1;
  const messages: StoredMsg[] = [];
  for (let span = Math.max(FIRST_SPAN, limit * 2); end >= state.first_seq && end > 0; span *= 4) {
    const start = Math.max(state.first_seq, end - span + 1, 1);
    const found: StoredMsg[] = [];
    for await (const message of between(nats, stream, filter, start, end)) found.push(message);
    messages.push(...found.reverse());
    if (messages.length > limit) break;
    end = start - 1;
  }
  const page = messages.slice(0, limit);
  const last = page.at(-1);
  return { messages: page, ...(messages.length > limit && last && { next: String(last.seq) }) };
}

/** Sequence that the cursor of a list stands for; throws `bad-request`. */
export function sequenceOf(cursor: string): number {
  const sequence = Number(cursor);
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new JobicoError('bad-request', '`after` is not the `next` of a page', {
    faults: [{ path: '/after', message: 'is not a cursor', value: cursor.slice(0, 40) }],
  });
}

async function* between(
  nats: Nats,
  stream: string,
  filter: string,
  start: number,
  end: number,
): AsyncGenerator<StoredMsg> {
  if (start > end) return;
  for await (const message of readForward(nats, stream, filter, { seq: start }, Math.min(BATCH, end - start + 1))) {
    if (message.seq > end) return;
    yield message;
  }
}

/** Messages that match a filter, oldest first, from a time on; up to a bound that keeps one look-up from reading a whole stream. */
export async function* scanForward(
  nats: Nats,
  stream: string,
  filter: string,
  sinceMs: number,
): AsyncGenerator<StoredMsg> {
  let scanned = 0;
  for await (const message of readForward(
    nats,
    stream,
    filter,
    { start_time: new Date(Math.max(0, sinceMs - 1)) },
    BATCH,
  )) {
    yield message;
    scanned += 1;
    if (scanned >= MAX_SCANNED) return;
  }
}
