import { JobicoError } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import { apiCall, type SnapshotHead } from './snapshot.ts';

const CHUNK_BYTES = 256 << 10;
const ANSWER_MS = 60_000;

/**
 * Makes a stream, with its consumers, from a snapshot. There must be none of its name. Throws `unavailable` with what the
 * server says; a stream that was not restored whole is not there.
 */
export async function restoreStream(
  { nc }: Nats,
  { config, state }: SnapshotHead,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name } = config;
  const { deliver_subject: subject } = await apiCall<{ deliver_subject: string }>(nc, `STREAM.RESTORE.${name}`, {
    config,
    state,
  });
  const send = async (chunk: Uint8Array) => {
    const { data } = await nc.request(subject, chunk, { timeout: ANSWER_MS });
    if (data.length > 0) assertFine(name, data);
  };
  try {
    for await (const piece of content) {
      for (let at = 0; at < piece.length; at += CHUNK_BYTES) await send(piece.subarray(at, at + CHUNK_BYTES));
    }
    await send(new Uint8Array(0));
  } catch (error) {
    throw asUnavailable(error, `stream ${name} cannot be restored`);
  }
}

function assertFine(stream: string, answer: Uint8Array): void {
  const { error } = JSON.parse(Buffer.from(answer).toString('utf8')) as { error?: { description: string } };
  if (error) throw new JobicoError('unavailable', `stream ${stream} cannot be restored: ${error.description}`);
}
