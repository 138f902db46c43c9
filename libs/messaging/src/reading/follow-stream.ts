import type { ConsumerMessages, JsMsg, OrderedConsumerOptions } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';

/**
 * After a lost connection the client asks once whether its consumer is still there; where JetStream does not answer yet, it
 * hears nothing for as long as a request may take, which is half a minute unless told.
 */
const DEAF_MS = 1000;

/** The messages of a stream as they are stored, in order, also those that came while the connection was lost. */
export async function followStream(
  nats: Nats,
  stream: string,
  from: Partial<OrderedConsumerOptions>,
  callback?: (message: JsMsg) => void,
): Promise<ConsumerMessages> {
  const consumer = await nats.js.consumers.get(stream, from);
  return await consumer.consume({ expires: DEAF_MS, ...(callback && { callback }) });
}
