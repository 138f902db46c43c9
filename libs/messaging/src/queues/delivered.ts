import type { JsMsg } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';

/** A message that a consumer gives to this process, with what JetStream says of its delivery. */
export interface Delivered {
  readonly subject: string;
  /** Where its acknowledgement goes. */
  readonly reply: string;
  /** In its stream. */
  readonly sequence: number;
  /** Among all deliveries of the consumer since it was made or reset; the first is 1. */
  readonly deliverySequence: number;
  /** How often it has been delivered, this time included. */
  readonly deliveryCount: number;
  /** When the stream stored it, in nanoseconds since 1970: more digits than a number holds. */
  readonly storedNanos: string;
  /** The same in milliseconds. */
  readonly timeMs: number;
  readonly payload: Uint8Array;
  /** The first header of exactly this name; undefined where there is none, or an empty one. */
  readonly header: (name: string) => string | undefined;
}

/** Digits of a nanosecond within a millisecond. */
const NANO_DIGITS = 6;

/** Reads what came to the inbox of a pull request. Throws a RangeError where it is no delivery of JetStream. */
export function readDelivered(message: Msg): Delivered {
  const reply = message.reply ?? '';
  const tokens = reply.split('.');
  // $JS.ACK.<stream>.<consumer>.<count>.<sequence>.<delivery sequence>.<time>.<pending>; longer with domain and account.
  const at = tokens.length === SHORT ? 4 : 6;
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < SHORT) {
    throw new RangeError(`not a delivery of JetStream: ${JSON.stringify(reply.slice(0, 200))}`);
  }
  const storedNanos = tokens[at + 3] ?? '';
  return {
    subject: message.subject,
    reply,
    sequence: Number(tokens[at + 1]),
    deliverySequence: Number(tokens[at + 2]),
    deliveryCount: Number(tokens[at]),
    storedNanos,
    timeMs: Number(storedNanos.slice(0, -NANO_DIGITS)),
    payload: message.data,
    header: headersOf(message),
  };
}

/** Tokens of a reply subject without domain and account. */
const SHORT = 9;

/** The same of a message that the client's own consumer has read. */
export function deliveredBy(message: JsMsg): Delivered {
  const { subject, seq: sequence, info, data: payload, timestampNanos } = message;
  const { reply = '' } = message as JsMsg & { reply?: string };
  return {
    subject,
    reply,
    sequence,
    deliverySequence: info.deliverySequence,
    deliveryCount: info.deliveryCount,
    storedNanos: String(timestampNanos),
    timeMs: message.time.getTime(),
    payload,
    header: (name) => message.headers?.get(name) || undefined,
  };
}

/** What the client keeps to itself: a message as it came, headers first, and how many bytes they are. */
interface RawMessage {
  _rdata?: Uint8Array;
  _msg?: { hdr?: number };
}

/**
 * The client makes objects of all headers of a message, a fifth of what an executor allocates for an event; a look into
 * their text finds the few that are asked for. Where the client does not offer the text its own way is taken.
 */
function headersOf(message: Msg): Delivered['header'] {
  const { _rdata: bytes, _msg: { hdr: length = 0 } = {} } = message as Msg & RawMessage;
  if (bytes === undefined || length <= 0) return (name) => message.headers?.get(name) || undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString();
  return (name) => {
    const line = text.indexOf(`\r\n${name}:`);
    if (line < 0) return undefined;
    const from = line + name.length + 3;
    return text.slice(from, text.indexOf('\r\n', from)).trim() || undefined;
  };
}
