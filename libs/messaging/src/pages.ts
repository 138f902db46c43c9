import type { StoredMsg } from '@nats-io/jetstream';
import { JobicoError } from '@jobico/contract';
import type { Nats } from './connection.ts';
import { asUnavailable, isNoMatch } from './failures.ts';

/** Messages of one request; more than the server would hold back at once. */
const BATCH = 1000;
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
  for (let from = start; from <= end;) {
    let count = 0;
    try {
      const batch = await nats.jsm.direct.getBatch(stream, {
        seq: from,
        next_by_subj: filter,
        batch: Math.min(BATCH, end - from + 1),
      });
      for await (const message of batch) {
        if (message.seq > end) return;
        yield message;
        from = message.seq + 1;
        count += 1;
      }
    } catch (error) {
      if (isNoMatch(error)) return;
      throw asUnavailable(error, `stream ${stream} cannot be read`);
    }
    if (count === 0) return;
  }
}

/** Messages that match a filter, oldest first, from a time on; up to a bound that keeps one look-up from reading a whole stream. */
export async function* scanForward(
  nats: Nats,
  stream: string,
  filter: string,
  sinceMs: number,
): AsyncGenerator<StoredMsg> {
  let from: { start_time: Date } | { seq: number } = { start_time: new Date(Math.max(0, sinceMs - 1)) };
  for (let scanned = 0; scanned < MAX_SCANNED;) {
    let last = 0;
    let count = 0;
    try {
      for await (const message of await nats.jsm.direct.getBatch(stream, {
        ...from,
        next_by_subj: filter,
        batch: BATCH,
      })) {
        yield message;
        last = message.seq;
        count += 1;
      }
    } catch (error) {
      if (isNoMatch(error)) return;
      throw asUnavailable(error, `stream ${stream} cannot be read`);
    }
    if (count < BATCH) return;
    scanned += count;
    from = { seq: last + 1 };
  }
}
