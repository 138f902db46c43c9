import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from './clock.ts';

/** Sends at a steady rate, whether or not what was sent before is answered. Rejects once all is sent if one was refused. */
export async function atSteadyRate(
  { count, perSecond }: { count: number; perSecond: number },
  send: (index: number) => Promise<void>,
): Promise<void> {
  const answers: Promise<void>[] = [];
  const startedAtMs = nowMs();
  for (let index = 0; index < count; index += 1) {
    const early = startedAtMs + (index * 1000) / perSecond - nowMs();
    if (early > 0) await delay(early);
    const answer = send(index);
    answer.catch(() => undefined);
    answers.push(answer);
  }
  await Promise.all(answers);
}
