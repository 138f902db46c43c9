import type { Pool } from 'undici';
import { bodyOf, headersOf, nowMs, post } from './post.ts';
import { CONNECTIONS, type LoadAnswer, type LoadRequest } from './requests.ts';

type Flood = Extract<LoadRequest, { kind: 'flood' }>;

/** Sends orders as fast as they are taken: each connection its next request when it has the answer to the one before. */
export async function flood(pool: Pool, path: string, { from, count, batch, token }: Flood): Promise<LoadAnswer> {
  const bodies: Buffer[] = [];
  for (let at = 0; at < count; at += batch) bodies.push(bodyOf(from + at, Math.min(batch, count - at)));
  const headers = headersOf(token);
  const tookMs = new Float64Array(bodies.length);
  let next = 0;
  const connection = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      const sentAtMs = performance.now();
      await post(pool, path, bodies[index] ?? Buffer.alloc(0), headers);
      tookMs[index] = performance.now() - sentAtMs;
    }
  };
  const startedAtMs = nowMs();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array(), tookMs };
}
