import { asJobicoError, JobicoError } from '@jobico/contract';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { sharedFields, type HeaderFields, type Writes } from './joined-writes.ts';
import { isDuplicate, isStored } from './stored-answer.ts';
import { away, notSendable } from './unsent.ts';

export interface Message {
  subject: string;
  payload: string;
  fields: HeaderFields;
}

/** What became of a message; a `duplicate` is not stored, as one with its id was within the last two minutes. */
export type Published = 'stored' | 'duplicate' | JobicoError;

/** Publishes messages whose publisher waits for all of them. */
export interface JointPublisher {
  /**
   * Answers what became of each, in their order, once that is known of all; it never rejects. Errors are those of `Publisher`.
   * `shared` are header fields that every message gets.
   */
  publish(messages: readonly Message[], shared: HeaderFields): Promise<readonly Published[]>;
}

/** A joint publisher that is told when what is under way has failed. */
export interface OwnJointPublisher extends JointPublisher {
  /** Fails what nobody has answered yet, of what was published before `untilMs`; default: all of it. */
  fail(reason: string, untilMs?: number): void;
}

interface Deps {
  writes: Writes;
  isUnreachable: () => boolean;
  /** What an answer says that is not the usual one. */
  answerOf: (text: string) => Stored | JobicoError;
}

interface Batch {
  answers: (Published | undefined)[];
  /** How many are not answered. */
  left: number;
  resolve: (answers: readonly Published[]) => void;
  sinceMs: number;
}

/**
 * One promise and one entry for all messages that are published together, whose answers say by their subject which of them
 * they are for: promises, closures and entries for each took a third of the time of a request of a hundred events.
 */
export function createJointPublisher(nc: NatsConnection, { writes, isUnreachable, answerOf }: Deps): OwnJointPublisher {
  const prefix = `${createInbox()}.`;
  // Ordered by when they were published.
  const pending = new Map<number, Batch>();
  let next = 0;

  const take = (number: number, batch: Batch, index: number, answer: Published) => {
    if (index >= batch.answers.length || batch.answers[index] !== undefined) return;
    batch.answers[index] = answer;
    batch.left -= 1;
    if (batch.left > 0) return;
    pending.delete(number);
    batch.resolve(batch.answers as Published[]);
  };

  nc.subscribe(`${prefix}*.*`, {
    callback: (_error, message) => {
      const { subject } = message;
      const dot = subject.indexOf('.', prefix.length);
      const number = Number(subject.slice(prefix.length, dot));
      const batch = pending.get(number);
      if (batch) take(number, batch, Number(subject.slice(dot + 1)), answerIn(message, answerOf));
    },
  });

  const write = (number: number, batch: Batch, messages: readonly Message[], shared: HeaderFields) => {
    const common = sharedFields(shared);
    messages.forEach(({ subject, payload, fields }, index) => {
      try {
        writes.publish({ subject, payload, reply: `${prefix}${number}.${index}`, fields, shared: common });
      } catch (cause) {
        take(number, batch, index, notSendable(cause));
      }
    });
  };

  return {
    publish(messages, shared) {
      if (messages.length === 0) return Promise.resolve([]);
      if (isUnreachable()) return Promise.resolve(messages.map(away));
      return new Promise((resolve) => {
        const number = next++;
        const answers = messages.map((): Published | undefined => undefined);
        const batch = { answers, left: messages.length, resolve, sinceMs: Date.now() };
        pending.set(number, batch);
        try {
          write(number, batch, messages, shared);
        } catch (cause) {
          messages.forEach((_message, index) => take(number, batch, index, notSendable(cause)));
        }
      });
    },
    fail(reason, untilMs = Infinity) {
      for (const [number, batch] of pending) {
        if (batch.sinceMs > untilMs) break;
        batch.answers.forEach((_answer, index) => take(number, batch, index, new JobicoError('unavailable', reason)));
      }
    },
  };
}

/** A joint publisher for what is to go through a publisher message by message, such as one that gathers groups of its own. */
export function separately(publish: Publish): JointPublisher {
  return {
    publish: (messages, shared) =>
      Promise.all(
        messages.map(({ subject, payload, fields }) =>
          publish(subject, payload, [...fields, ...shared]).then(publishedAs, (error: unknown) => asJobicoError(error)),
        ),
      ),
  };
}

type Publish = (subject: string, payload: string, fields: HeaderFields) => Promise<Stored>;

interface Stored {
  isDuplicate: boolean;
}

const publishedAs = (stored: Stored): Published => (stored.isDuplicate ? 'duplicate' : 'stored');

function answerIn(message: Msg, answerOf: Deps['answerOf']): Published {
  if (isStored(message.data)) return isDuplicate(message.data) ? 'duplicate' : 'stored';
  const answer = answerOf(message.string());
  return answer instanceof JobicoError ? answer : publishedAs(answer);
}
