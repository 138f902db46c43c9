import { JobicoError } from '@jobico/contract';

const ANSWER_WITHIN_MS = 3000;
const NS_PER_MS = 1e6;

/** How a nats-server stores, asked at its monitoring address. Throws `unavailable`. */
export async function readSync(monitor: string): Promise<{ always: boolean; intervalMs: number }> {
  try {
    const response = await fetch(new URL('/jsz?config=true', monitor), {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const { config } = (await response.json()) as { config?: { sync_interval?: number; sync_always?: boolean } };
    if (config === undefined) throw new Error('JetStream is off there');
    return { always: config.sync_always === true, intervalMs: (config.sync_interval ?? 0) / NS_PER_MS };
  } catch (cause) {
    throw new JobicoError('unavailable', `nats-server does not answer at ${monitor}: ${(cause as Error).message}`, {
      hint: 'Its monitoring port is 8222, if nats.conf has http: 8222.',
      cause,
    });
  }
}
