// How many events a second does a front take, and what does one cost?
import { jetstreamManager } from '@nats-io/jetstream';
import type { LoadGenerator } from '../load/start-load.ts';
import { ownCpuSeconds } from '../measure/processes.ts';
import type { Front } from '../subjects/fronts/front.ts';

export interface Accepting {
  /** Answered with 202, a second. */
  perSecond: number;
  /** Processor time of an event, in microseconds; undefined where the system does not tell. */
  cpuUs: { front: number; natsServer: number } | undefined;
}

/** Sends `count` orders, `batch` a request, as fast as they are taken. Throws unless each of them is stored once. */
export async function measureAccepting(
  { url, token, nc, stream, process, natsPid }: Front,
  load: LoadGenerator,
  count: number,
  batch: number,
): Promise<Accepting> {
  const jsm = await jetstreamManager(nc);
  const lastSequence = async () => (await jsm.streams.info(stream)).state.last_seq;
  const seconds = () => [ownCpuSeconds(process.pid), ownCpuSeconds(natsPid)] as const;
  const from = await lastSequence();
  const before = seconds();
  const { startedAtMs, endedAtMs } = await load.run({ kind: 'flood', url, token, from, count, batch });
  const after = seconds();
  const stored = (await lastSequence()) - from;
  if (stored !== count) throw new Error(`${stream} has stored ${stored} of ${count} orders`);
  const perEvent = (index: 0 | 1) => (((after[index] ?? 0) - (before[index] ?? 0)) * 1e6) / count;
  const isTold = [...before, ...after].every((each) => each !== undefined);
  return {
    perSecond: (count * 1000) / (endedAtMs - startedAtMs),
    cpuUs: isTold ? { front: perEvent(0), natsServer: perEvent(1) } : undefined,
  };
}
