import { JobicoError } from '@jobico/contract';
import type { StreamConfig, StreamState } from '@nats-io/jetstream';
import { createInbox, type Msg } from '@nats-io/transport-node';
import type { Nats } from '../connection/connection.ts';

/** What a stream was when its snapshot was begun. */
export interface SnapshotHead {
  config: StreamConfig;
  state: StreamState;
}

export interface Snapshot {
  head: SnapshotHead;
  /** The pieces, in order. Throws `unavailable` where the server gives up, or falls silent. */
  chunks: AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 256 << 10;
/** Under way to us at most: what is written slower than it comes must not pile up here. */
const WINDOW_BYTES = 4 << 20;
const SILENCE_MS = 30_000;

/** Asks the server for a snapshot of a stream with its consumers; every piece that has been taken lets another one come. */
export async function snapshotStream({ nc }: Nats, stream: string): Promise<Snapshot> {
  const inbox = createInbox();
  const arrived: Msg[] = [];
  let wake: (() => void) | undefined;
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (!error) arrived.push(message);
      wake?.();
    },
  });
  const request = { deliver_subject: inbox, no_consumers: false, chunk_size: CHUNK_BYTES, window_size: WINDOW_BYTES };
  let head: SnapshotHead;
  try {
    head = await apiCall<SnapshotHead>(nc, `STREAM.SNAPSHOT.${stream}`, request);
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
  const next = async (): Promise<Msg> => {
    const deadline = Date.now() + SILENCE_MS;
    for (;;) {
      const message = arrived.shift();
      if (message) return message;
      if (Date.now() >= deadline || nc.isClosed()) throw broken(stream, 'the server fell silent');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, deadline - Date.now()));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const { data, reply, headers } = await next();
        // The last one is empty, and says in its header if what came before is not the whole.
        if (headers && headers.code >= 400) throw broken(stream, headers.description);
        if (data.length === 0) return;
        yield data;
        if (reply) nc.publish(reply);
      }
    } finally {
      subscription.unsubscribe();
    }
  }
  return { head, chunks: { [Symbol.asyncIterator]: chunks } };
}

function broken(stream: string, why: string): JobicoError {
  return new JobicoError('unavailable', `the snapshot of stream ${stream} broke off: ${why}`);
}

/** A call of the JetStream API that the client has no function for. Throws `unavailable` with what the server says. */
export async function apiCall<T>(nc: Nats['nc'], name: string, request: object): Promise<T> {
  const answer = await nc.request(`$JS.API.${name}`, JSON.stringify(request), { timeout: SILENCE_MS });
  const { error, ...rest } = answer.json<{ error?: { description: string } }>();
  if (error) throw new JobicoError('unavailable', `${name}: ${error.description}`);
  return rest as T;
}
