import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { keyOf, asJobicoError, LIMITS } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { isMissing } from '../connection/failures.ts';
import type { Definitions } from '../packages/definitions-view.ts';
import { refusalOf } from '../publishing/publisher.ts';
import { eventHeaders, KEY, readKey, textOf } from '../intake/event-message.ts';
import { subjectKey } from '../queues/partitions.ts';
import { EVENT, NEVER, NEXT, STAMP, type ScheduleStore } from './schedules.ts';
import { findStored } from '../intake/stored-events.ts';
import { eventSubject, SCHEDULES } from '../subjects.ts';
import { createTenantLines, type TenantLines } from './tenant-lines.ts';

const CONSUMER = 'forwarder';
/** Below the duplicate window of queues: what was forwarded longer ago may not be known to be a duplicate. */
const SURE_MS = 60_000;
/** What cannot be forwarded is tried again after a second, then after two, and so on up to a minute. */
const AGAIN_MS = 1000;
const LONGEST_AGAIN_MS = 60_000;
/** Fires in hand: of a tenant as many as all its schedules raise at once. The others wait on the server. */
const MOST_OF_TENANT = LIMITS.schedules;
const MOST_IN_HAND = 10 * MOST_OF_TENANT;
/** Fires that are remembered to have been refused. */
const MOST_REFUSED = 100_000;

/** After that another process may have a fire that waits here. */
const ACK_WAIT_MS = 30_000;

const CONSUMER_CONFIG = {
  description: 'Puts what has fired on its queue',
  filter_subject: 'jobico.fired.>',
  ack_policy: 'explicit',
  deliver_policy: 'all',
  ack_wait: ACK_WAIT_MS * 1_000_000,
  // What waits to be tried again counts: with a limit, the tenants whose queues are full would stop all others.
  max_ack_pending: -1,
  max_deliver: -1,
} as const;

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
 * consumer, and the id of an event follows from the fire. What cannot be put there now is tried again, and holds up none but
 * its tenant's.
 */
export async function forwardFires(deps: ForwarderDeps): Promise<{ stop(): Promise<void> }> {
  const { nats } = deps;
  await ensureConsumer(nats);
  const consumer = await nats.js.consumers.get(SCHEDULES, CONSUMER);
  const messages = await consumer.consume({ max_messages: 64, expires: 5000 });
  const lines = createTenantLines(MOST_OF_TENANT, MOST_IN_HAND);
  const stopping = new AbortController();
  const forwarding = { ...deps, refused: new Map<number, number>(), stopping: stopping.signal };
  const reading = read(messages, lines, forwarding);
  return {
    async stop() {
      stopping.abort();
      await messages.close();
      await reading;
      await lines.whenIdle();
    },
  };
}

/** Adding one that is there with another configuration fails. */
async function ensureConsumer({ jsm }: Nats): Promise<void> {
  try {
    await jsm.consumers.update(SCHEDULES, CONSUMER, CONSUMER_CONFIG);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await jsm.consumers.add(SCHEDULES, { durable_name: CONSUMER, ...CONSUMER_CONFIG });
  }
}

async function read(messages: ConsumerMessages, lines: TenantLines, forwarding: Forwarding): Promise<void> {
  const inHand = new Set<number>();
  for await (const message of messages) {
    const { seq } = message;
    const receivedMs = Date.now();
    // The server delivers again what has waited here for long.
    if (inHand.has(seq)) continue;
    const isAdded = lines.add(addressOf(message).tenant, async () => {
      await settle(message, { ...forwarding, receivedMs });
      inHand.delete(seq);
    });
    if (isAdded) inHand.add(seq);
    else message.nak(againMs(message));
    await lines.whenFree();
  }
}

interface Forwarding extends ForwarderDeps {
  /** Fires that JetStream refused to put on their queue, and at which delivery. */
  refused: Map<number, number>;
  stopping: AbortSignal;
}

/** One message, and when it came. */
type ForwardingOne = Forwarding & { receivedMs: number };

/** Never rejects. */
async function settle(message: JsMsg, forwarding: ForwardingOne): Promise<void> {
  const { nats, log, stopping } = forwarding;
  let isDone = false;
  try {
    isDone = !stopping.aborted && (await forward(message, forwarding));
  } catch (error) {
    const { code } = asJobicoError(error);
    log.warn({ err: error, code, subject: message.subject }, 'a fired schedule waits to be forwarded');
  }
  // It comes again by itself.
  if (nats.nc.isClosed()) return;
  if (isDone) message.ack();
  else message.nak(stopping.aborted ? 0 : againMs(message));
}

const againMs = ({ info }: JsMsg) => Math.min(LONGEST_AGAIN_MS, AGAIN_MS * 2 ** (info.deliveryCount - 1));

function addressOf({ subject }: JsMsg): { tenant: string; schedule: string } {
  const [, , tenant = '', schedule = ''] = subject.split('.');
  return { tenant, schedule };
}

/** False where the event's queue is not there yet. */
async function forward(message: JsMsg, forwarding: ForwardingOne): Promise<boolean> {
  const { nats, definitions, schedules, log } = forwarding;
  const { tenant, schedule } = addressOf(message);
  const event = message.headers?.get(EVENT) ?? '';
  const id = firedEventId(schedule, message.seq);
  const declared = definitions.event(tenant, event);
  if (declared) {
    if (await isForwarded(message, tenant, id, forwarding)) return true;
    const text = textOf(message.data);
    const key = keyOf(declared.queue, JSON.parse(text), readKey(message.headers?.get(KEY)));
    const subject = eventSubject(tenant, event, subjectKey(declared.queue, key));
    try {
      await nats.publisher.publish(subject, text, eventHeaders({ id, key, source: 'schedule' }));
    } catch (error) {
      if (refusalOf(error)) noteRefused(message, forwarding);
      if (asJobicoError(error).code === 'not-found') return false;
      throw error;
    }
  } else log.warn({ tenant, schedule, event }, 'a schedule has fired for an event that no package declares');
  if (message.headers?.get(NEXT) === NEVER) await markDone(schedules, { tenant, schedule, id, message });
  return true;
}

function noteRefused({ seq, info }: JsMsg, { refused }: Forwarding): void {
  if (refused.size >= MOST_REFUSED) refused.clear();
  refused.set(seq, info.deliveryCount);
}

/**
 * One that comes again, or late, may be on its queue already; but not one that was refused here the last time. To look for
 * it takes long where the tenant has many events.
 */
async function isForwarded(
  message: JsMsg,
  tenant: string,
  id: string,
  { nats, refused, receivedMs }: ForwardingOne,
): Promise<boolean> {
  const { seq, info, redelivered, time } = message;
  const refusedAt = refused.get(seq);
  refused.delete(seq);
  const isNew = !redelivered && Date.now() - time.getTime() < SURE_MS;
  const isOurs = Date.now() - receivedMs < ACK_WAIT_MS / 2;
  if (isNew || (isOurs && refusedAt === info.deliveryCount - 1)) return false;
  return (await findStored(nats, { tenant }, new Set([id]), time.getTime())).has(id);
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
