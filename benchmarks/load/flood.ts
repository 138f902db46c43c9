import { openConnection, requestOf } from './connection.ts';
import { bodyOf, headersOf, nowMs } from './post.ts';
import { CONNECTIONS, type LoadAnswer, type LoadRequest } from './requests.ts';

type Flood = Extract<LoadRequest, { kind: 'flood' }>;

/** Sends orders as fast as they are taken: each connection its next request when it has the answer to the one before. */
export async function flood({ url, from, count, batch, token }: Flood): Promise<LoadAnswer> {
  const target = new URL(url);
  const headers = headersOf(token);
  const requests: Buffer[] = [];
  for (let at = 0; at < count; at += batch) {
    requests.push(requestOf(target, bodyOf(from + at, Math.min(batch, count - at)), headers));
  }
  const tookMs = new Float64Array(requests.length);
  using stack = new DisposableStack();
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(target)));
  for (const connection of connections) stack.use(connection);
  const waiting = requests.entries();
  const startedAtMs = nowMs();
  await Promise.all(
    connections.map(async (connection) => {
      for (const [index, request] of waiting) {
        const sentAtMs = performance.now();
        await connection.post(request);
        tookMs[index] = performance.now() - sentAtMs;
      }
    }),
  );
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array(), tookMs };
}
