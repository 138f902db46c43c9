import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'undici';
import { bodyOf, nowMs, post } from './post.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';

type Pace = Extract<LoadRequest, { kind: 'pace' }>;

/** Sends one order a request at a steady rate, whether or not the ones before are answered. */
export async function pace(pool: Pool, path: string, { from, count, perSecond }: Pace): Promise<LoadAnswer> {
  const bodies = Array.from({ length: count }, (_, index) => bodyOf(from + index, 1));
  const sentAtMs = new Float64Array(count);
  const answers: Promise<void>[] = [];
  const startedAtMs = nowMs();
  for (const [index, body] of bodies.entries()) {
    const early = startedAtMs + (index * 1000) / perSecond - nowMs();
    if (early > 0) await delay(early);
    sentAtMs[index] = nowMs();
    answers.push(post(pool, path, body));
  }
  await Promise.all(answers);
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs };
}
