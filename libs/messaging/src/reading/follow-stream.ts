import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@jobico/telemetry';
import type { Consumer, ConsumerMessages, JsMsg, OrderedConsumerOptions } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';

/**
 * After a lost connection the client asks once whether its consumer is still there; where JetStream does not answer yet, it
 * hears nothing for as long as a request may take, which is half a minute unless told.
 */
const DEAF_MS = 1000;
const AGAIN_MS = 1000;

/** The messages of a stream as they are stored, in order, also those that came while the connection was lost. */
export async function followStream(
  nats: Nats,
  stream: string,
  from: Partial<OrderedConsumerOptions>,
  callback?: (message: JsMsg) => void,
): Promise<ConsumerMessages> {
  return await consume(await open(nats, stream, from), callback);
}

/** The client writes the name of the consumer into the options, which would be that of the next one too. */
const open = (nats: Nats, stream: string, from: Partial<OrderedConsumerOptions>) =>
  nats.js.consumers.get(stream, { ...from });

const consume = (consumer: Consumer, callback?: (message: JsMsg) => void) =>
  consumer.consume({ expires: DEAF_MS, ...(callback && { callback }) });

export interface Following {
  /** How many messages there were to give when it began. */
  readonly stored: number;
  stop(): Promise<void>;
}

/**
 * Gives each message to `onMessage` until it is stopped, also where the client gave up: it does where nothing had come yet
 * and JetStream is away for long. A message that `onMessage` throws for is logged and passed over.
 */
export async function keepFollowing(
  nats: Nats,
  stream: string,
  from: Partial<OrderedConsumerOptions>,
  onMessage: (message: JsMsg) => void,
  log: Logger,
): Promise<Following> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const consumer = await open(nats, stream, from);
  const { num_pending: stored } = await consumer.info(true);
  let messages = await consume(consumer);
  let next = from;

  const read = async () => {
    for await (const message of messages) {
      next = { ...from, deliver_policy: 'by_start_sequence', opt_start_seq: message.seq + 1 };
      try {
        onMessage(message);
      } catch (error) {
        const { subject, seq: sequence } = message;
        log.error({ stream, subject, sequence, err: error }, 'message cannot be read and is passed over');
      }
    }
  };
  const reopen = async () => {
    while (!signal.aborted) {
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      try {
        messages = await followStream(nats, stream, next);
        if (signal.aborted) messages.stop();
        return;
      } catch (error) {
        log.warn({ stream, err: error }, 'stream cannot be followed yet');
      }
    }
  };
  const reading = (async () => {
    while (!signal.aborted) {
      await read().catch((error: unknown) => log.warn({ stream, err: error }, 'stream is not followed any more'));
      await reopen();
    }
  })();
  return {
    stored,
    async stop() {
      stopping.abort();
      messages.stop();
      await reading;
    },
  };
}
