import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StreamItem } from '../operations.ts';

/** A client takes a connection that is silent for longer than a few of these for dead. */
const HEARTBEAT_MS = 15_000;

/**
 * Writes a stream as server-sent events, each with its sequence as `id:`, until the client or the signal ends it.
 * A client that reads slowly slows the stream down; nothing is kept for it.
 */
export async function writeEventStream(
  response: ServerResponse,
  items: AsyncIterable<StreamItem<unknown>>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // What ends here was meant to go on: nothing else will come on this connection.
    connection: 'close',
  });
  response.write(': connected\n\n');
  const heartbeat = setInterval(() => response.write(': \n\n'), HEARTBEAT_MS);
  try {
    for await (const { sequence, item } of items) {
      if (response.destroyed) return;
      if (!response.write(`id: ${sequence}\ndata: ${JSON.stringify(item)}\n\n`)) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
