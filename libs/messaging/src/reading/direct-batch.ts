import type { DirectBatchOptions, DirectLastFor, StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isNoMatch } from '../connection/failures.ts';

/** Messages of one request; each may be a mebibyte. */
const BATCH = 64;

/**
 * Messages of a stream that match a subject filter, oldest first, from a sequence or a time on, to the stream's end. It
 * reads no further ahead than one small batch. Throws `unavailable`.
 */
export async function* readForward(
  nats: Nats,
  stream: string,
  filter: string,
  start: { seq: number } | { start_time: Date },
  batch = BATCH,
): AsyncGenerator<StoredMsg> {
  for (let from = start; ;) {
    const messages = await readAll(stream, (callback) =>
      nats.jsm.direct.getBatch(stream, { ...from, next_by_subj: filter, batch, callback }),
    );
    yield* messages;
    const last = messages.at(-1);
    if (!last) return;
    from = { seq: last.seq + 1 };
  }
}

/** Filters of one look-up: more would risk the server's limit on matching subjects. */
const LOOKUP = 128;

/** The last message of each subject that matches one of the filters. Throws `unavailable`. */
export async function readLast({ jsm }: Nats, stream: string, filters: readonly string[]): Promise<StoredMsg[]> {
  const found: StoredMsg[] = [];
  for (let at = 0; at < filters.length; at += LOOKUP) {
    const multi_last = filters.slice(at, at + LOOKUP);
    found.push(
      ...(await readAll(stream, (callback) => jsm.direct.getLastMessagesFor(stream, { multi_last, callback }))),
    );
  }
  return found;
}

type Callback = NonNullable<(DirectBatchOptions | DirectLastFor)['callback']>;

/** An answer of many messages, by a callback: the client's iterator leaves its subscription behind when it ends. */
async function readAll(stream: string, request: (callback: Callback) => Promise<unknown>): Promise<StoredMsg[]> {
  const messages: StoredMsg[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const callback: Callback = (done, message) => {
    if (done === null) messages.push(message);
    else if (done.err) reject(done.err);
    else resolve();
  };
  try {
    await request(callback);
    await promise;
  } catch (error) {
    if (!isNoMatch(error)) throw asUnavailable(error, `stream ${stream} cannot be read`);
  }
  return messages;
}
