import { randomBytes } from 'node:crypto';
import type { HeaderFields, PubAck, Publisher } from './publisher.ts';

export interface BatchedMessage {
  subject: string;
  payload: string | Uint8Array;
  fields: HeaderFields;
}

/** What became of the messages of a batch. */
export interface StoredBatch<M> {
  stored: { message: M; ack: PubAck }[];
  /**
   * What cannot be part of the batch: it has the id of another part, or expects what another part changes; it is too large
   * with the headers that this takes, or cannot be sent at all.
   */
  leftOut: M[];
}

/** Messages of one stream, which has `allow_atomic`: stored together or not at all. At most a thousand. */
export interface Batch<M> {
  /** Sends it to the server, which keeps it aside until the commit. */
  add(message: M): void;
  /** Rejects as `Publisher.publish` does; nothing is stored if that tells a refusal. */
  commit(): Promise<StoredBatch<M>>;
}

export interface Batches {
  /** One that is never committed is forgotten by the server after a while. */
  open<M extends BatchedMessage>(): Batch<M>;
}

export function createBatches(publisher: Pick<Publisher, 'publish' | 'send' | 'flush'>): Batches {
  // Every message keeps the name of its batch: it is short.
  const prefix = randomBytes(6).toString('base64url');
  let next = 0;
  return {
    open<M extends BatchedMessage>(): Batch<M> {
      const name = `${prefix}${(next++).toString(36)}`;
      const sent: M[] = [];
      const leftOut: M[] = [];
      const taken = new Set<string>();
      const place = (): HeaderFields => [
        ['Nats-Batch-Id', name],
        ['Nats-Batch-Sequence', String(sent.length + 1)],
      ];
      return {
        add(message) {
          const claims = claimsOf(message);
          if (claims.some((claim) => taken.has(claim))) {
            leftOut.push(message);
            return;
          }
          try {
            publisher.send(message.subject, message.payload, [...message.fields, ...place()]);
            sent.push(message);
            for (const claim of claims) taken.add(claim);
            // The server begins to make a place for the batch, which takes it as long as to store one.
            if (sent.length === 1) publisher.flush();
          } catch {
            // By itself it gets an answer of its own.
            leftOut.push(message);
          }
        },
        async commit() {
          const [first] = sent;
          if (!first) return { stored: [], leftOut };
          // The end is a message that is not stored: each of the others may be the last that can be sent.
          const ack = await publisher.publish(first.subject, '', [...place(), ['Nats-Batch-Commit', 'eob']]);
          const before = ack.sequence - sent.length;
          const stored = sent.map((message, index) => ({ message, ack: { ...ack, sequence: before + index + 1 } }));
          return { stored, leftOut };
        },
      };
    },
  };
}

/** For what only one message of a batch may stand: an id, and a subject whose last message it expects to know. */
function claimsOf({ subject, fields }: BatchedMessage): string[] {
  const claims: string[] = [];
  for (const [name, value] of fields) {
    if (name === 'Nats-Msg-Id') claims.push(`id ${value}`);
    else if (name === 'Nats-Expected-Last-Subject-Sequence') claims.push(`subject ${subject}`);
  }
  return claims;
}
