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

/** Stores messages of one stream together, or none of them; the stream has `allow_atomic`. */
export interface Batches {
  /** At most a thousand. Rejects as `Publisher.publish` does; nothing is stored if that tells a refusal. */
  store<M extends BatchedMessage>(messages: readonly M[]): Promise<StoredBatch<M>>;
}

export function createBatches(publisher: Pick<Publisher, 'publish' | 'send'>): Batches {
  // Every message keeps the name of its batch: it is short.
  const prefix = randomBytes(6).toString('base64url');
  let next = 0;
  return {
    async store<M extends BatchedMessage>(messages: readonly M[]) {
      const name = `${prefix}${(next++).toString(36)}`;
      const sent: M[] = [];
      const leftOut: M[] = [];
      const place = (): HeaderFields => [
        ['Nats-Batch-Id', name],
        ['Nats-Batch-Sequence', String(sent.length + 1)],
      ];
      const taken = new Set<string>();
      for (const message of messages) {
        const claims = claimsOf(message);
        if (claims.some((claim) => taken.has(claim))) {
          leftOut.push(message);
          continue;
        }
        try {
          publisher.send(message.subject, message.payload, [...message.fields, ...place()]);
          sent.push(message);
          for (const claim of claims) taken.add(claim);
        } catch {
          // By itself it gets an answer of its own.
          leftOut.push(message);
        }
      }
      const [first] = sent;
      if (!first) return { stored: [], leftOut };
      // The end is a message that is not stored: each of the others may be the last that can be sent.
      const ack = await publisher.publish(first.subject, '', [...place(), ['Nats-Batch-Commit', 'eob']]);
      const before = ack.sequence - sent.length;
      const stored = sent.map((message, index) => ({ message, ack: { ...ack, sequence: before + index + 1 } }));
      return { stored, leftOut };
    },
  };
}

/** For what only one message of a batch may stand: an id, and a subject whose last message it expects to know. */
const claimsOf = ({ subject, fields }: BatchedMessage): string[] =>
  fields.flatMap(([name, value]) => {
    if (name === 'Nats-Msg-Id') return [`id ${value}`];
    return name === 'Nats-Expected-Last-Subject-Sequence' ? [`subject ${subject}`] : [];
  });
