import type { DirectBatchOptions, StoredMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { asUnavailable, isNoMatch } from './failures.ts';

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
): AsyncGenerator<StoredMsg> {
  for (let from = start; ;) {
    const messages = await readBatch(nats, stream, { ...from, next_by_subj: filter, batch: BATCH });
    yield* messages;
    const last = messages.at(-1);
    if (!last) return;
    from = { seq: last.seq + 1 };
  }
}

/** One batch, by a callback: the client's iterator of a batch leaves its subscription behind when it ends. */
async function readBatch({ jsm }: Nats, stream: string, options: DirectBatchOptions): Promise<StoredMsg[]> {
  const messages: StoredMsg[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const callback = (done: { err?: Error } | null, message: StoredMsg) => {
    if (done === null) messages.push(message);
    else if (done.err) reject(done.err);
    else resolve();
  };
  try {
    await jsm.direct.getBatch(stream, { ...options, callback });
    await promise;
  } catch (error) {
    if (!isNoMatch(error)) throw asUnavailable(error, `stream ${stream} cannot be read`);
  }
  return messages;
}
