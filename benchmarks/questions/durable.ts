// What does it cost that an event is on the disk before it is accepted, with one wait for each and with one for many?
import { jetstreamManager } from '@nats-io/jetstream';
import { watchOthers } from '../measure/others.ts';
import { quantile } from '../measure/statistics.ts';
import type { Run } from '../rounds.ts';
import { startListeners, type Listeners } from '../subjects/jobico/start-listeners.ts';
import { mostOf } from './stretch.ts';

export interface DurableSize {
  /** Sent to each listener, and that many times. */
  events: number;
  stretches: number;
  warmUp: number;
}

const SIZE: DurableSize = { events: 10_000, stretches: 3, warmUp: 20_000 };
const QUICK: DurableSize = { events: 2000, stretches: 1, warmUp: 1000 };

/** What a listener took: one event a request. */
export interface Accepted {
  perSecond: number;
  /** Milliseconds from the request to its 202. */
  p50Ms: number;
  p99Ms: number;
  othersShare: number | undefined;
}

export interface DurableFinding {
  size: DurableSize;
  /** One after the other, the stretches of each in turn with those of the other. */
  singly: Accepted[];
  grouped: Accepted[];
  othersShare: number | undefined;
}

const QUEUE = 'QUEUE_durable_orders';

/** One round: two listeners on one nats-server that syncs always, in turn. */
export async function playDurable(run: Run): Promise<DurableFinding> {
  const size = run.isQuick ? QUICK : SIZE;
  await using platform = await startListeners('durable', run);
  const send = sendTo(run, platform);
  await send(platform.urls.singly, size.warmUp);
  await send(platform.urls.grouped, 2 * size.warmUp);
  const singly: Accepted[] = [];
  const grouped: Accepted[] = [];
  for (let stretch = 0; stretch < size.stretches; stretch += 1) {
    singly.push(await send(platform.urls.singly, size.events));
    grouped.push(await send(platform.urls.grouped, size.events));
  }
  return { size, singly, grouped, othersShare: mostOf(...singly, ...grouped) };
}

/** Sends that many; afterwards the queue must hold exactly what was accepted. */
function sendTo({ load }: Run, { nats }: Listeners): (url: string, count: number) => Promise<Accepted> {
  let sent = 0;
  return async (listener, count) => {
    const othersShare = watchOthers();
    const url = `${listener}/events/durable/order`;
    const { startedAtMs, endedAtMs, tookMs } = await load.run({ kind: 'flood', url, from: sent, count, batch: 1 });
    const others = othersShare();
    sent += count;
    const { messages } = (await (await jetstreamManager(nats.nc)).streams.info(QUEUE)).state;
    if (messages !== sent) throw new Error(`${sent} events were accepted, ${messages} are stored`);
    const took = [...(tookMs ?? [])];
    return {
      perSecond: (count * 1000) / (endedAtMs - startedAtMs),
      p50Ms: quantile(took, 0.5),
      p99Ms: quantile(took, 0.99),
      othersShare: others,
    };
  };
}
