import { JobicoError, type ErrorCode } from '@jobico/contract';
import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import { createWrites, type Acknowledgeable, type HeaderFields } from './joined-writes.ts';
import { createJointPublisher, type JointPublisher } from './joint-publisher.ts';
import { away, notSendable } from './unsent.ts';

/** What JetStream answers once a message is stored. */
export interface PubAck {
  stream: string;
  sequence: number;
  /** The stream had a message with this id within its duplicate window; nothing was added. */
  isDuplicate: boolean;
}

export type { HeaderFields };

/**
 * Publishes to streams with many messages under way: one inbox takes all the answers, so a publish costs neither a
 * subscription nor a timer of its own.
 *
 * A publish fails with `unavailable` when the server is away (at once: nothing is kept back to be sent later, after its
 * caller was told that it failed) or does not answer in time; with `not-found` when no stream takes the subject; with
 * `limit-exceeded` when the stream is full; with `conflict` when an expected sequence does not hold.
 */
export interface Publisher {
  publish(subject: string, payload: string | Uint8Array, fields?: HeaderFields): Promise<PubAck>;
  /** For messages whose publisher waits for all of them. */
  readonly joint: JointPublisher;
  /**
   * Sends a message of which no answer tells what became of it: part of a batch, for which its last message answers. Throws
   * `unavailable` when the server is away and `too-large`; nothing is sent then.
   */
  send(subject: string, payload: string | Uint8Array, fields: HeaderFields): void;
  /** What was given so far is on its way at once, not at the end of this turn of the event loop. */
  flush(): void;
  /** Acknowledges a delivered message, along with whatever is published in this turn of the event loop. */
  acknowledge(message: Acknowledgeable): void;
  /** Tells the server that a delivered message is in work: it waits for the acknowledgement from now on. */
  stillWorking(message: Acknowledgeable): void;
  /** Fails what is under way, for this reason; until `reconnected` nothing is sent. */
  disconnected(reason?: string): void;
  reconnected(): void;
  close(): void;
}

interface Pending {
  resolve: (ack: PubAck) => void;
  reject: (error: JobicoError) => void;
  deadline: number;
}

const TIMEOUT_MS = 5000;
const TIMED_OUT = `JetStream did not answer within ${TIMEOUT_MS} ms`;
const SWEEP_MS = 500;

export function createPublisher(nc: NatsConnection): Publisher {
  const prefix = `${createInbox()}.`;
  const writes = createWrites(nc);
  const pending = new Map<string, Pending>();
  let next = 0;
  let isAway = false;
  const isUnreachable = () => isAway || nc.isClosed();
  const joint = createJointPublisher(nc, { writes, isUnreachable, answerOf });

  nc.subscribe(`${prefix}*`, {
    callback: (_error, message) => {
      const token = message.subject.slice(prefix.length);
      const waiting = pending.get(token);
      if (!waiting) return;
      pending.delete(token);
      const answer = answerOf(message.string());
      if (answer instanceof JobicoError) waiting.reject(answer);
      else waiting.resolve(answer);
    },
  });

  const failAll = (reason: string) => {
    const failed = [...pending.values()];
    pending.clear();
    for (const { reject } of failed) reject(new JobicoError('unavailable', reason));
    joint.fail(reason);
  };
  // Insertion order is deadline order, so the sweep stops at the first that is still in time.
  const sweep = setInterval(() => {
    const now = Date.now();
    for (const [token, { deadline, reject }] of pending) {
      if (deadline > now) break;
      pending.delete(token);
      reject(new JobicoError('unavailable', TIMED_OUT));
    }
    joint.fail(TIMED_OUT, now - TIMEOUT_MS);
  }, SWEEP_MS);
  sweep.unref();

  return {
    publish(subject, payload, fields = []) {
      if (isUnreachable()) return Promise.reject(away());
      return new Promise((resolve, reject) => {
        const token = (next++).toString(36);
        try {
          writes.publish({ subject, payload, reply: prefix + token, fields });
        } catch (cause) {
          reject(notSendable(cause));
          return;
        }
        pending.set(token, { resolve, reject, deadline: Date.now() + TIMEOUT_MS });
      });
    },
    joint,
    send(subject, payload, fields) {
      if (isUnreachable()) throw away();
      try {
        writes.publish({ subject, payload, reply: '', fields });
      } catch (cause) {
        throw notSendable(cause);
      }
    },
    flush: () => writes.flush(),
    acknowledge: (message) => writes.acknowledge(message),
    stillWorking({ reply }) {
      if (!isUnreachable()) nc.publish(reply, '+WPI');
    },
    disconnected(reason = 'the NATS connection was lost before JetStream answered') {
      isAway = true;
      writes.drop();
      failAll(reason);
    },
    reconnected() {
      isAway = false;
    },
    close() {
      isAway = true;
      clearInterval(sweep);
      failAll('the NATS connection was closed');
    },
  };
}

/** What JetStream answered in place of an acknowledgement: the message is not stored. */
export class Refusal extends Error {
  /** JetStream's own, 0 where it gave none. */
  readonly number: number;

  constructor(number: number, description: string) {
    super(description);
    this.number = number;
  }
}

/** Why JetStream refused a message; undefined if it did not answer, so that nobody knows what became of it. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof JobicoError && error.cause instanceof Refusal ? error.cause : undefined;
}

/** The usual answer, read without making objects of it: there is one for every event and every outcome. */
const STORED = /^\{"stream":"([^"]+)", ?"seq":(\d+)/;

interface RawAck {
  stream?: string;
  seq?: number;
  duplicate?: boolean;
  error?: { code: number; err_code: number; description: string };
}

/** JetStream's error numbers: an expected sequence does not hold; the stream is full. */
const WRONG_LAST_SEQUENCE = [10071, 10164];
const STREAM_FULL = [10077, 10122, 10167];

/** What an answer says. One without any text says that no stream takes the subject. */
function answerOf(text: string): PubAck | JobicoError {
  if (text === '') return refused('not-found', new Refusal(0, 'no stream takes this subject'));
  const stored = STORED.exec(text);
  if (stored?.[1] !== undefined) {
    return {
      stream: stored[1],
      sequence: Number(stored[2]),
      isDuplicate: text.includes('"duplicate"', stored[0].length),
    };
  }
  const { stream, seq, duplicate = false, error } = parseAck(text);
  if (error === undefined && stream !== undefined && seq !== undefined) {
    return { stream, sequence: seq, isDuplicate: duplicate };
  }
  const description = error?.description ?? `not an acknowledgement: ${text.slice(0, 200)}`;
  const refusal = new Refusal(error?.err_code ?? 0, description);
  return refused(codeOf(refusal), refusal);
}

/** Whatever is no JSON says nothing: thrown where the client reads, an error would end its connection. */
function parseAck(text: string): RawAck {
  try {
    return (JSON.parse(text) as RawAck | null) ?? {};
  } catch {
    return {};
  }
}

function codeOf({ number, message }: Refusal): ErrorCode {
  if (WRONG_LAST_SEQUENCE.includes(number)) return 'conflict';
  if (STREAM_FULL.includes(number) || /maximum (messages|bytes)/.test(message)) return 'limit-exceeded';
  return number === 10054 ? 'too-large' : 'unavailable';
}

const refused = (code: ErrorCode, cause: Refusal) => new JobicoError(code, cause.message, { cause });
