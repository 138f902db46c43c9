import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import { orderAt, orderNumber, receiptOf, type Receipt } from '../order/order.ts';
import type { Subject } from '../subjects/subject.ts';

const POLL_MS = 20;
/** Without a further outcome for so long, none is expected any more. */
const STALLED_MS = 20_000;

/**
 * Waits until a subject has recorded `count` outcomes since it started; resolves with the time of the last one as the
 * server noted it, in milliseconds since 1970. Asks for the stream's state: to be sent every outcome would be work of the
 * server's that no subject asked for.
 */
export async function untilRecorded(subject: Subject, count: number, signal: AbortSignal): Promise<number> {
  const jsm = await jetstreamManager(subject.nc);
  let seen = 0;
  let lastProgressMs = performance.now();
  for (;;) {
    const { state } = await jsm.streams.info(subject.outcomes);
    if (state.last_seq >= count) return Date.parse(state.last_ts);
    if (state.last_seq > seen) lastProgressMs = performance.now();
    else if (performance.now() - lastProgressMs > STALLED_MS) {
      throw new Error(`${subject.name}: ${count} outcomes were expected, and after ${state.last_seq} no more came`);
    }
    seen = state.last_seq;
    await delay(POLL_MS, undefined, { signal });
  }
}

/**
 * Reads the outcomes of the orders `from` to `from + count - 1`, which are those of the stream from sequence `from + 1`
 * on, and answers when each was recorded. Throws unless every order has exactly one, a success, with the right sum, and
 * nothing follows them.
 */
export async function readOutcomes(subject: Subject, from: number, count: number): Promise<Float64Array> {
  const recordedAtMs = new Float64Array(count);
  for await (const message of outcomesFrom(subject, from + 1, count)) {
    const { isOk, receipt } = subject.readOutcome(message.json());
    const n = orderNumber((receipt as Receipt | undefined)?.id);
    const index = (n ?? -1) - from;
    const isExpected = n !== undefined && isOk && index >= 0 && index < count && recordedAtMs[index] === 0;
    if (!isExpected || (receipt as Receipt).total !== receiptOf(orderAt(n)).total) {
      throw new Error(`${subject.name}: an outcome is not what it should be: ${message.string().slice(0, 500)}`);
    }
    recordedAtMs[index] = Number(message.timestampNanos) / 1e6;
  }
  return recordedAtMs;
}

async function* outcomesFrom({ nc, outcomes }: Subject, sequence: number, count: number): AsyncGenerator<JsMsg> {
  const consumer = await jetstream(nc).consumers.get(outcomes, {
    deliver_policy: 'by_start_sequence',
    opt_start_seq: sequence,
  });
  const messages = await consumer.consume({ max_messages: 1000 });
  let left = count;
  for await (const message of messages) {
    yield message;
    left -= 1;
    if (left > 0) continue;
    if (message.info.pending > 0) throw new Error(`${outcomes} has more outcomes than there were orders`);
    break;
  }
}
