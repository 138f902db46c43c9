import { setTimeout as delay } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { isMissing } from './failures.ts';
import { EXECUTOR_CONSUMER } from './subjects.ts';

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
  stop(): Promise<void>;
}

const PAUSE_MS = 250;

/** Consumes an unordered queue beside every other process that does. `pull`: messages that are asked for at a time. */
export async function consumeShared(
  nats: Nats,
  stream: string,
  pull: number,
  handlers: SharedHandlers,
): Promise<SharedConsumer> {
  const consumer = nats.js.consumers.getConsumerFromInfo(await nats.jsm.consumers.info(stream, EXECUTOR_CONSUMER));
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
    async stop() {
      forget();
      await messages.close();
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
