import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CancelAnswer, Sent } from '../check/evidence.ts';
import type { Random } from '../random.ts';
import type { Cancelling } from './cancel-some.ts';
import { sendByHttp } from './send-by-http.ts';
import { sendByNats } from './send-by-nats.ts';
import { planEvent } from './told-event.ts';

export interface LoadOptions {
  /** Accepted events after which it ends. */
  events: number;
  /** Events a second. */
  rate: number;
  random: Random;
  /** Of the listener. */
  url: string;
  nc: NatsConnection;
  cancelling: Cancelling;
}

export interface LoadResult {
  sent: Sent[];
  /** How often each answer came. */
  answers: Map<string, number>;
  cancels: Map<number, CancelAnswer>;
}

const TICK_MS = 100;
/** Batches without an answer; then the callers wait, as callers do. */
const MOST_OPEN = 30;

/**
 * A steady load: batches in turn by HTTP and straight from NATS. A batch whose HTTP answer was lost may or may not be
 * stored, and is not sent again; other events take its place. What goes to NATS is sent again, under the same ids, until
 * it is acknowledged. Some of what was accepted by HTTP is cancelled.
 */
export async function runLoad(
  { events, rate, random, url, nc, cancelling }: LoadOptions,
  onTick: () => void,
): Promise<LoadResult> {
  const result: LoadResult = { sent: [], answers: new Map(), cancels: new Map() };
  const open = new Set<Promise<void>>();
  const batch = Math.max(1, Math.round((rate * TICK_MS) / 1000));
  const counted = { accepted: 0, planned: 0 };
  let nextMs = performance.now();
  const send = async (by: Sent['by']) => {
    const batchEvents = Array.from({ length: Math.min(batch, 100) }, () =>
      planEvent((counted.planned += 1), random, by),
    );
    const sending = by === 'http' ? sendByHttp(url, batchEvents) : sendByNats(nc, batchEvents);
    const { certainty, answers, ids } = await sending;
    if (ids) cancelling.accepted(ids);
    for (const answer of answers) result.answers.set(answer, (result.answers.get(answer) ?? 0) + 1);
    if (certainty === 'accepted') counted.accepted += batchEvents.length;
    for (const { name, told, isInvalid } of batchEvents) result.sent.push({ name, told, isInvalid, by, certainty });
  };
  for (let tick = 0; counted.accepted < events; tick += 1) {
    const sending = send(tick % 2 === 0 ? 'http' : 'nats').finally(() => open.delete(sending));
    open.add(sending);
    if (open.size >= MOST_OPEN) await Promise.race(open);
    nextMs = Math.max(nextMs + TICK_MS, performance.now() - 10 * TICK_MS);
    await delay(Math.max(0, nextMs - performance.now()));
    onTick();
  }
  await Promise.all(open);
  result.cancels = await cancelling.answers();
  return result;
}
