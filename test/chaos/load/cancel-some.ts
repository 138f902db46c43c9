import { setTimeout as delay } from 'node:timers/promises';
import type { CancelAnswer } from '../check/evidence.ts';
import { TENANT } from '../package/deploy.ts';
import type { Random } from '../random.ts';

/** Cancels some events of the load. */
export interface Cancelling {
  /** Tells of events that were accepted, by their numbers, each with its id. */
  accepted(ids: ReadonlyMap<number, string>): void;
  /** What was answered of each that was to be cancelled, by its number; once all are answered. */
  answers(): Promise<Map<number, CancelAnswer>>;
}

/** Of the events that it is told of. */
const SHARE = 0.05;
/** Most events end sooner; some are still on their way then, or wait for their next attempt. */
const LATEST_MS = 400;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 250;
/** Then whoever wants it gives up. */
const WITHIN_MS = 60_000;

/** `url`: of ctl. Asks again until there is a clear answer: to repeat a cancellation does no harm. */
export function cancelSome({ url, random }: { url: string; random: Random }): Cancelling {
  const asked = new Map<number, Promise<CancelAnswer>>();
  const cancel = async (id: string, afterMs: number): Promise<CancelAnswer> => {
    await delay(afterMs);
    for (const endMs = performance.now() + WITHIN_MS; performance.now() < endMs;) {
      const answer = await ask(`${url}/v1/tenants/${TENANT}/executions/${encodeURIComponent(id)}/cancel`);
      if (answer !== 'unclear') return answer;
      await delay(PAUSE_MS);
    }
    return 'unclear';
  };
  return {
    accepted(ids) {
      for (const [n, id] of ids) if (random.chance(SHARE)) asked.set(n, cancel(id, random.between(0, LATEST_MS)));
    },
    async answers() {
      const all = [...asked].map(async ([n, answer]): Promise<[number, CancelAnswer]> => [n, await answer]);
      return new Map(await Promise.all(all));
    },
  };
}

async function ask(url: string): Promise<CancelAnswer> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: '{}',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.text();
    if (response.status === 200) return 'cancelled';
    if (response.status === 409) return 'ended';
    return response.status < 500 ? 'refused' : 'unclear';
  } catch {
    return 'unclear';
  }
}
