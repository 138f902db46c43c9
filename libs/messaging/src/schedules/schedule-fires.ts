import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { keyOf, asJobicoError } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import type { Definitions } from '../packages/definitions-view.ts';
import { eventHeaders, KEY, readKey, textOf } from '../intake/event-message.ts';
import { subjectKey } from '../queues/partitions.ts';
import { EVENT, NEVER, NEXT, STAMP, type ScheduleStore } from './schedules.ts';
import { findStored } from '../intake/stored-events.ts';
import { eventSubject, SCHEDULES } from '../subjects.ts';

const CONSUMER = 'forwarder';
/** Below the duplicate window of queues: what was forwarded longer ago may not be known to be a duplicate. */
const SURE_MS = 60_000;
const AGAIN_MS = 1000;

export interface ForwarderDeps {
  nats: Nats;
  definitions: Definitions;
  schedules: ScheduleStore;
  log: Logger;
}

/** The id of the event that a fire raises. */
export const firedEventId = (schedule: string, sequence: number) => `${schedule}:${sequence}`;

/**
 * Puts what schedules have fired on the queues of their events, each once however many processes do this: they share a
 * consumer, and the id of an event follows from the fire. What cannot be put there now is tried again.
 */
export async function forwardFires(deps: ForwarderDeps): Promise<{ stop(): Promise<void> }> {
  const { nats } = deps;
  await nats.jsm.consumers.add(SCHEDULES, {
    durable_name: CONSUMER,
    description: 'Puts what has fired on its queue',
    filter_subject: 'jobico.fired.>',
    ack_policy: 'explicit',
    deliver_policy: 'all',
    ack_wait: 30_000_000_000,
    max_ack_pending: 256,
    max_deliver: -1,
  });
  const consumer = await nats.js.consumers.get(SCHEDULES, CONSUMER);
  const messages = await consumer.consume({ max_messages: 64, expires: 5000 });
  const working = work(messages, deps);
  return {
    async stop() {
      await messages.close();
      await working;
    },
  };
}

async function work(messages: ConsumerMessages, deps: ForwarderDeps): Promise<void> {
  for await (const message of messages) {
    try {
      if (await forward(message, deps)) message.ack();
      else message.nak(AGAIN_MS);
    } catch (error) {
      const { code } = asJobicoError(error);
      deps.log.warn({ err: error, code, subject: message.subject }, 'a fired schedule waits to be forwarded');
      message.nak(AGAIN_MS);
    }
  }
}

/** False where the event's queue is not there yet. */
async function forward(message: JsMsg, { nats, definitions, schedules, log }: ForwarderDeps): Promise<boolean> {
  const [, , tenant = '', schedule = ''] = message.subject.split('.');
  const event = message.headers?.get(EVENT) ?? '';
  const id = firedEventId(schedule, message.seq);
  const declared = definitions.event(tenant, event);
  if (declared) {
    if (await isForwarded(nats, tenant, id, message)) return true;
    const text = textOf(message.data);
    const key = keyOf(declared.queue, JSON.parse(text), readKey(message.headers?.get(KEY)));
    const subject = eventSubject(tenant, event, subjectKey(declared.queue, key));
    try {
      await nats.publisher.publish(subject, text, eventHeaders({ id, key, source: 'schedule' }));
    } catch (error) {
      if (asJobicoError(error).code === 'not-found') return false;
      throw error;
    }
  } else log.warn({ tenant, schedule, event }, 'a schedule has fired for an event that no package declares');
  if (message.headers?.get(NEXT) === NEVER) await markDone(schedules, { tenant, schedule, id, message });
  return true;
}

/** One that comes again, or late, may be on its queue already. */
async function isForwarded(nats: Nats, tenant: string, id: string, { redelivered, time }: JsMsg): Promise<boolean> {
  const timeMs = time.getTime();
  if (!redelivered && Date.now() - timeMs < SURE_MS) return false;
  return (await findStored(nats, { tenant }, new Set([id]), timeMs)).has(id);
}

interface OnceFired {
  tenant: string;
  schedule: string;
  id: string;
  message: JsMsg;
}

async function markDone(store: ScheduleStore, { tenant, schedule, id, message }: OnceFired): Promise<void> {
  const stored = await store.get(tenant, schedule);
  // It may have been changed since, to fire again.
  if (!stored || stored.entry.stamp !== message.headers?.get(STAMP)) return;
  const done = { time: message.time.toISOString(), event: id };
  await store.put({ ...stored.entry, done }, stored.revision);
}
