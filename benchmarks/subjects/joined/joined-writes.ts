import { createInbox, type NatsConnection } from '@nats-io/transport-node';

/** Publishes and acknowledges; all that is asked for in one turn of the event loop goes out with one write. */
export interface JoinedWrites {
  /** Calls back once JetStream has answered. */
  publish(subject: string, text: string, onAnswer: (error: Error | undefined) => void): void;
  acknowledge(reply: string): void;
}

/** What nats.js keeps to itself: without it there is no way to write several messages at once. */
interface Protocol {
  sendCommand(bytes: Uint8Array): void;
}

/** Knows nothing of time-outs, of a lost connection, of header fields: it shows what is possible, not how to do it. */
export function createJoinedWrites(nc: NatsConnection): JoinedWrites {
  const { protocol } = nc as NatsConnection & { protocol: Protocol };
  const inbox = `${createInbox()}.`;
  const waiting = new Map<string, (error: Error | undefined) => void>();
  let count = 0;
  let gathered = '';

  nc.subscribe(`${inbox}*`, {
    callback: (_error, message) => {
      const token = message.subject.slice(inbox.length);
      const onAnswer = waiting.get(token);
      waiting.delete(token);
      const text = textOf(message.data);
      const isStored = text.includes('"seq":') && !text.includes('"error":');
      onAnswer?.(isStored ? undefined : new Error(`not stored: ${text || 'no stream takes the subject'}`));
    },
  });
  const write = () => {
    const bytes = Buffer.from(gathered);
    gathered = '';
    protocol.sendCommand(bytes);
  };
  const gather = (command: string) => {
    if (gathered === '') setImmediate(write);
    gathered += command;
  };
  return {
    publish(subject, text, onAnswer) {
      const token = (count++).toString(36);
      waiting.set(token, onAnswer);
      gather(`PUB ${subject} ${inbox}${token} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
    },
    acknowledge: (reply) => gather(`PUB ${reply} 4\r\n+ACK\r\n`),
  };
}

/** Text of bytes that are ASCII. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
