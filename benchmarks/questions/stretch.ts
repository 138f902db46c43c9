// A while of steady load, and how long its events took.
import type { NatsConnection } from '@nats-io/transport-node';
import type { LoadGenerator } from '../load/start-load.ts';
import type { Target } from '../load/requests.ts';
import { watchOthers } from '../measure/others.ts';
import { nextSequence, readSettled, untilSettled, waitsOf, type QueueName, type Settled } from '../measure/settled.ts';
import { quantile } from '../measure/statistics.ts';

/** A steady load: each target in its turn. */
export interface Steady {
  /** Of the listener. */
  url: string;
  targets: readonly Target[];
  perSecond: number;
  seconds: number;
}

/** From the time at which the server stored an event to that at which it stored its outcome. */
export interface Waits {
  events: number;
  p50Ms: number;
  p95Ms: number;
}

/** What a stretch of steady load came to. */
export interface Stretch {
  settled: Settled[];
  /** Share of the machine's cores that other programs took meanwhile, 0 to 1; undefined where the system does not tell. */
  othersShare: number | undefined;
}

/** The largest share that other programs took; undefined where the system does not tell. */
export function mostOf(...stretches: readonly Pick<Stretch, 'othersShare'>[]): number | undefined {
  const known = stretches.flatMap(({ othersShare }) => othersShare ?? []);
  return known.length > 0 ? Math.max(...known) : undefined;
}

export function waitsIn(settled: readonly Settled[]): Waits {
  const waits = waitsOf(settled);
  return { events: waits.length, p50Ms: quantile(waits, 0.5), p95Ms: quantile(waits, 0.95) };
}

/**
 * Sends a steady load and waits until all of it has ended. `onSent` and `onEnd` are for what is measured beside the waits:
 * called when the last event was taken, and when the last has ended. The queues must take nothing else meanwhile.
 */
export async function sendSteadily(
  { nc, load, signal }: { nc: NatsConnection; load: LoadGenerator; signal: AbortSignal },
  queues: readonly QueueName[],
  { url, targets, perSecond, seconds }: Steady,
  {
    onSent = () => Promise.resolve(),
    onEnd = () => undefined,
  }: { onSent?: () => Promise<void>; onEnd?: () => void } = {},
): Promise<Stretch> {
  const from = await Promise.all(queues.map((queue) => nextSequence(nc, queue)));
  const othersShare = watchOthers();
  await load.run({ kind: 'turns', url, targets, perSecond, count: Math.round(perSecond * seconds) });
  await onSent();
  await untilSettled(nc, queues, signal);
  onEnd();
  const others = othersShare();
  const settled: Settled[] = [];
  for (const [index, queue] of queues.entries()) settled.push(...(await readSettled(nc, queue, from[index] ?? 1)));
  return { settled, othersShare: others };
}
