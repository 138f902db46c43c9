import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { EXECUTOR_CONSUMER } from './subjects.ts';

export interface SharedConsumer {
  stop(): Promise<void>;
}

/** Consumes an unordered queue beside every other process that does. */
export async function consumeShared(
  nats: Nats,
  stream: string,
  options: { pull: number; onMessage: (message: JsMsg) => void },
): Promise<SharedConsumer> {
  const consumer = nats.js.consumers.getConsumerFromInfo(await nats.jsm.consumers.info(stream, EXECUTOR_CONSUMER));
  const messages = await consumer.consume({ max_messages: options.pull, expires: 5000, callback: options.onMessage });
  return { stop: async () => void (await messages.close()) };
}
