import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@jobico/telemetry';
import type { ConsumerInfo, JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { isMissing } from '../connection/failures.ts';
import { EXECUTOR_CONSUMER } from '../subjects.ts';

export interface SharedHandlers {
  onMessage(message: JsMsg): void;
  /**
   * The connection was lost, and is there again: what comes now may have been delivered before, whatever its delivery count
   * says. Resolves with the sequence up to which a message may have been delivered to another process and its delivery be
   * forgotten, because the server was started anew; 0 if it was not.
   */
  onReconnect(forgotten: Promise<number>): void;
}

export interface SharedConsumer {
  /** How many deliveries of a message are known not to have begun. */
  unbegun(sequence: number): number;
  /** Fetches nothing more. */
  close(): Promise<void>;
  /** Gives messages back that were delivered and have not begun, and says so to whoever they are delivered to next. */
  giveBack(messages: readonly JsMsg[]): Promise<void>;
}

const PAUSE_MS = 250;

/** Consumes an unordered queue beside every other process that does. `pull`: messages that are asked for at a time. */
export async function consumeShared(
  nats: Nats,
  stream: string,
  pull: number,
  handlers: SharedHandlers,
  log: Logger,
): Promise<SharedConsumer> {
  const info = await nats.jsm.consumers.info(stream, EXECUTOR_CONSUMER);
  const consumer = nats.js.consumers.getConsumerFromInfo(info);
  const unbegun = readUnbegun(info);
  let server = nats.nc.info?.server_id;
  const forget = nats.onReconnect(() => {
    const isSame = nats.nc.info?.server_id === server;
    server = nats.nc.info?.server_id;
    handlers.onReconnect(isSame ? Promise.resolve(0) : mostForgotten(nats, stream));
  });
  const messages = await consumer.consume({
    max_messages: pull,
    expires: 5000,
    callback: (message) => handlers.onMessage(message),
  });
  return {
    unbegun: (sequence) => unbegun.get(sequence) ?? 0,
    async close() {
      forget();
      await messages.close();
    },
    async giveBack(given) {
      if (given.length > 0 && nats.isConnected) {
        const counts = given.map(({ seq }): [number, number] => [seq, (unbegun.get(seq) ?? 0) + 1]);
        await tellUnbegun(nats, stream, counts).catch((error: unknown) =>
          log.debug({ stream, err: error }, 'what was given back counts as begun'),
        );
      }
      for (const message of given) message.nak();
    },
  };
}

/**
 * What is delivered is written down a moment later, so a killed server forgets its last deliveries; but only what was stored
 * by now can have been delivered.
 */
async function mostForgotten({ jsm }: Nats, stream: string): Promise<number> {
  for (;;) {
    try {
      const { delivered, config } = await jsm.consumers.info(stream, EXECUTOR_CONSUMER);
      const { state } = await jsm.streams.info(stream);
      return Math.min(state.last_seq, delivered.stream_seq + (config.max_ack_pending ?? 0));
    } catch (error) {
      if (isMissing(error)) return 0;
      await delay(PAUSE_MS);
    }
  }
}

const UNBEGUN = 'jobico-unbegun';
/** Others may write at the same moment: what is lost then counts as begun. */
const TRIES = 3;

/** `12:1,15:2`: of each message, how many of its deliveries were given back. It stays true whatever comes later. */
function readUnbegun({ config }: ConsumerInfo): Map<number, number> {
  const entries = (config.metadata?.[UNBEGUN] ?? '').split(',').filter((entry) => entry !== '');
  return new Map(entries.map((entry) => entry.split(':').map(Number) as [number, number]));
}

async function tellUnbegun({ jsm }: Nats, stream: string, counts: readonly [number, number][]): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    const info = await jsm.consumers.info(stream, EXECUTOR_CONSUMER);
    const known = readUnbegun(info);
    if (counts.every(([sequence, count]) => (known.get(sequence) ?? 0) >= count)) return;
    const all = [...new Map([...known, ...counts])].filter(([sequence]) => sequence > info.ack_floor.stream_seq);
    const metadata = { [UNBEGUN]: all.map((entry) => entry.join(':')).join(',') };
    await jsm.consumers.update(stream, EXECUTOR_CONSUMER, { metadata });
  }
}
