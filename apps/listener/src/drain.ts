import type { IncomingMessage } from 'node:http';

/** Bytes and milliseconds for which the rest of a refused body is read. */
const MOST_BYTES = 64 << 20;
const LONGEST_MS = 5000;

/**
 * Reads what is left of a request's body and throws it away. A caller that is still sending when the connection closes sees
 * a broken pipe and never the answer; one that sends without an end is not waited for.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) resolve();
  };
  const timer = setTimeout(resolve, LONGEST_MS);
  request.on('data', onData).once('end', resolve).once('close', resolve).resume();
  await promise;
  clearTimeout(timer);
  request.off('data', onData).off('end', resolve).off('close', resolve);
}
