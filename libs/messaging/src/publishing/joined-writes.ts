import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

/** Sends messages, as many as come in one turn of the event loop with one write. */
export interface Writes {
  publish(message: OutgoingMessage): void;
  /** Acknowledges a delivered message. */
  acknowledge(message: Acknowledgeable): void;
  /** Writes what has gathered at once, not at the end of the turn. */
  flush(): void;
  /** Drops what has not been written: the connection is gone, and its callers have been told. */
  drop(): void;
}

export type HeaderFields = readonly (readonly [name: string, value: string])[];

export interface OutgoingMessage {
  subject: string;
  payload: string | Uint8Array;
  reply: string;
  fields: HeaderFields;
  /** Further fields, which other messages have too. */
  shared?: SharedFields;
}

/** Header fields of many messages, whose text is checked and made once. */
export interface SharedFields {
  fields: HeaderFields;
  text: string;
}

/** Throws for what cannot stand in a header. */
export const sharedFields = (fields: HeaderFields): SharedFields => ({ fields, text: linesOf(fields) });

export interface Acknowledgeable {
  /** Where its acknowledgement goes. */
  readonly reply: string;
}

/** What the client keeps to itself: a way to send bytes of the protocol as they are. */
interface Protocol {
  sendCommand(bytes: Uint8Array): void;
}

/** Written at once when this much has gathered, without waiting for the end of the turn. */
const MOST_GATHERED = 256 << 10;

/**
 * Through the client's own `publish` each message is four small buffers, a headers object and its share of a microtask;
 * here the messages of a turn are one string, encoded once and written once, which doubles what one process can send.
 * Where the client does not offer its protocol object the plain way is taken.
 */
export function createWrites(nc: NatsConnection): Writes {
  const protocol = protocolOf(nc);
  return protocol ? joinedWrites(nc, protocol) : plainWrites(nc);
}

function protocolOf(nc: NatsConnection): Protocol | undefined {
  const { protocol } = nc as NatsConnection & { protocol?: Partial<Protocol> };
  return typeof protocol?.sendCommand === 'function' ? (protocol as Protocol) : undefined;
}

function joinedWrites(nc: NatsConnection, protocol: Protocol): Writes {
  let gathered = '';
  let isDue = false;
  /** Is one: those of a request are mostly the same. */
  let lastSubject = 'none';

  const flush = () => {
    isDue = false;
    if (gathered === '' || nc.isClosed()) return;
    const bytes = Buffer.from(gathered);
    gathered = '';
    protocol.sendCommand(bytes);
  };
  const soon = () => {
    if (isDue) return;
    isDue = true;
    setImmediate(flush);
  };
  const gather = (text: string) => {
    gathered += text;
    if (gathered.length > MOST_GATHERED) flush();
    else soon();
  };

  return {
    publish(message) {
      const { subject, payload, reply, fields, shared } = message;
      if (typeof payload !== 'string') {
        plainPublish(nc, message);
        return;
      }
      if (subject !== lastSubject) assertToken(subject);
      lastSubject = subject;
      const head = headerText(fields, shared);
      const headBytes = Buffer.byteLength(head);
      const bytes = headBytes + Buffer.byteLength(payload);
      const most = nc.info?.max_payload ?? Infinity;
      if (bytes > most) throw new RangeError(`the message has ${bytes} bytes, the server takes ${most}`);
      gather(
        headBytes > 0
          ? `HPUB ${subject} ${reply} ${headBytes} ${bytes}\r\n${head}${payload}\r\n`
          : `PUB ${subject} ${reply} ${bytes}\r\n${payload}\r\n`,
      );
    },
    acknowledge({ reply }) {
      gather(`PUB ${reply} 4\r\n+ACK\r\n`);
    },
    flush,
    drop() {
      gathered = '';
    },
  };
}

function plainWrites(nc: NatsConnection): Writes {
  return {
    publish: (message) => plainPublish(nc, message),
    acknowledge: ({ reply }) => nc.publish(reply, '+ACK'),
    flush: () => undefined,
    drop: () => undefined,
  };
}

function plainPublish(nc: NatsConnection, { subject, payload, reply, fields, shared }: OutgoingMessage): void {
  const all = shared ? [...fields, ...shared.fields] : fields;
  nc.publish(subject, payload, { reply, ...(all.length > 0 && { headers: headersOf(all) }) });
}

function headersOf(fields: HeaderFields): MsgHdrs {
  const result = headers();
  for (const [name, value] of fields) result.set(name, value);
  return result;
}

/** Text of a header block. */
function headerText(fields: HeaderFields, shared: SharedFields | undefined): string {
  const lines = linesOf(fields) + (shared?.text ?? '');
  return lines === '' ? '' : `NATS/1.0\r\n${lines}\r\n`;
}

/** Lines of a header block. A line break in a value would begin a header of its own, or a message. */
function linesOf(fields: HeaderFields): string {
  let text = '';
  for (const [name, value] of fields) {
    if (!SAFE_NAME.test(name) || (!PLAIN_VALUE.test(value) && UNSAFE_VALUE.test(value)))
      throw new RangeError(`header ${JSON.stringify(name)} cannot be sent`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

const SAFE_NAME = /^[\w-]+$/;
/** Almost every value, and quicker to see. */
const PLAIN_VALUE = /^[ -~]*$/;
// Whatever is printable, in any script.
const UNSAFE_VALUE = /\p{Cc}|\p{Cs}/u;

function assertToken(subject: string): void {
  if (!/^[^\s]+$/.test(subject)) throw new RangeError(`not a subject: ${JSON.stringify(subject)}`);
}
