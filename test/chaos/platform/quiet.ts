import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { QUEUES, TENANT } from '../package/deploy.ts';

const LOOK_MS = 500;
/** Nothing may happen for as long. */
const QUIET_MS = 2000;
/** Without any progress for as long, none is expected: longer than an acknowledgement's wait, twice. */
const STALLED_MS = 75_000;

/** What is left to do, and what has been done. */
interface State {
  left: Record<string, number>;
  recorded: number;
}

/** Waits until everything is settled; answers what never was, undefined if nothing is left. */
export async function untilQuiet(nc: NatsConnection): Promise<State['left'] | undefined> {
  const jsm = await jetstreamManager(nc);
  let changedMs = performance.now();
  let last = '';
  for (;;) {
    const { left, recorded } = await stateNow(jsm);
    const isSettled = Object.values(left).every((count) => count === 0);
    const now = JSON.stringify([left, recorded]);
    if (now !== last) changedMs = performance.now();
    last = now;
    const quietMs = performance.now() - changedMs;
    if (isSettled && quietMs >= QUIET_MS) return undefined;
    if (!isSettled && quietMs >= STALLED_MS) return left;
    await delay(LOOK_MS);
  }
}

async function stateNow(jsm: JetStreamManager): Promise<State> {
  const left: Record<string, number> = {};
  for (const queue of QUEUES) {
    for await (const { name, num_pending, num_ack_pending } of jsm.consumers.list(`QUEUE_${TENANT}_${queue}`)) {
      if (!name.startsWith('executor')) continue;
      left[`${queue}, ${name}, not delivered`] = num_pending;
      left[`${queue}, ${name}, not acknowledged`] = num_ack_pending;
    }
  }
  left['parked'] = (await jsm.streams.info('PARKED')).state.messages;
  return { left, recorded: (await jsm.streams.info('EXECUTIONS')).state.last_seq };
}
