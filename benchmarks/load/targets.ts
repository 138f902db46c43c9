import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'undici';
import { nowMs, post } from './post.ts';
import { CONNECTIONS, type LoadAnswer, type LoadRequest, type Target } from './requests.ts';

type Turns = Extract<LoadRequest, { kind: 'turns' }>;
type Pour = Extract<LoadRequest, { kind: 'pour' }>;

/** Sends to each target in its turn at a steady rate. */
export async function takeTurns(pool: Pool, { targets, count, perSecond }: Turns): Promise<LoadAnswer> {
  const next = inTurn(targets);
  const answers: Promise<void>[] = [];
  const startedAtMs = nowMs();
  for (let index = 0; index < count; index += 1) {
    const early = startedAtMs + (index * 1000) / perSecond - nowMs();
    if (early > 0) await delay(early);
    const { path, body } = next(index);
    answers.push(post(pool, path, body));
  }
  await Promise.all(answers);
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array() };
}

/** Each connection sends its next request when it has the answer to the one before. */
export async function pour(pool: Pool, { targets, count }: Pour): Promise<LoadAnswer> {
  const next = inTurn(targets);
  let sent = 0;
  const connection = async () => {
    while (sent < count) {
      const { path, body } = next(sent++);
      await post(pool, path, body);
    }
  };
  const startedAtMs = nowMs();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array() };
}

function inTurn(targets: readonly Target[]): (index: number) => { path: string; body: Buffer } {
  const encoded = targets.map(({ path, body }) => ({ path, body: Buffer.from(body) }));
  return (index) => {
    const target = encoded[index % encoded.length];
    if (!target) throw new Error('there is no target');
    return target;
  };
}
