import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { TENANT } from '../package/deploy.ts';
import type { Answered } from './send-by-http.ts';
import { payloadOf, type Planned } from './told-event.ts';

const TIMEOUT_MS = 2000;
const PAUSE_MS = 250;

/** The id that an event of the load has on NATS. */
export const idOf = (n: number) => `told-${n}`;

/** Publishes a batch as an internal producer does: each event again, under its id, until JetStream acknowledges it. */
export async function sendByNats(nc: NatsConnection, events: readonly Planned[]): Promise<Answered> {
  const js = jetstream(nc, { timeout: TIMEOUT_MS });
  const answers: string[] = [];
  const publish = async (event: Planned): Promise<void> => {
    for (;;) {
      try {
        const msgID = idOf(event.told.n);
        const options = { msgID, timeout: TIMEOUT_MS, retries: 0 };
        await js.publish(`jobico.event.${TENANT}.${event.name}`, JSON.stringify(payloadOf(event)), options);
        answers.push('PubAck');
        return;
      } catch {
        answers.push('no PubAck');
        await delay(PAUSE_MS);
      }
    }
  };
  await Promise.all(events.map(publish));
  return { certainty: 'accepted', answers };
}
