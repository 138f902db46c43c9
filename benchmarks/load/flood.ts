import { bodyOf } from '../order/order.ts';
import { nowMs } from './clock.ts';
import { CONNECTIONS, requestOf, type Connections } from './connections.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';

type Flood = Extract<LoadRequest, { kind: 'flood' }>;

/** Sends orders as fast as they are taken: each connection its next request when it has the answer to the one before. */
export async function flood(connections: Connections, { url, from, count, batch, token }: Flood): Promise<LoadAnswer> {
  const target = new URL(url);
  const requests: Buffer[] = [];
  for (let at = 0; at < count; at += batch) {
    requests.push(requestOf(target, bodyOf(from + at, Math.min(batch, count - at)), token));
  }
  const tookMs = new Float64Array(requests.length);
  const waiting = requests.entries();
  const startedAtMs = nowMs();
  const connection = async () => {
    for (const [index, request] of waiting) {
      const sentAtMs = performance.now();
      await connections.post(request);
      tookMs[index] = performance.now() - sentAtMs;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array(), tookMs };
}
