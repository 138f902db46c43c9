import { asJobicoError } from '@jobico/contract';
import { createBatches, type Batch, type BatchedMessage } from './atomic-batch.ts';
import { separately } from './joint-publisher.ts';
import { refusalOf, type PubAck, type Publisher } from './publisher.ts';

export interface GroupCommitDeps {
  publisher: Publisher;
  /** Which stream takes a subject; undefined if its messages are to be published one by one. */
  streamOf: (subject: string) => string | undefined;
  /** Told once of a stream that takes no batches. */
  onNoBatches: (stream: string) => void;
  /** Milliseconds, from any time on. Default `performance.now`. */
  clock?: () => number;
}

interface Waiting extends BatchedMessage {
  resolve: (ack: PubAck) => void;
  reject: (error: unknown) => void;
}

/** Messages that are to be stored together. */
interface Group {
  messages: Waiting[];
  bytes: number;
  /** They are sent as they come. Without one it is decided once it is their turn. */
  batch?: Batch<Waiting>;
}

/** What is on its way to one stream. */
interface Lane {
  stream: string;
  /** Those that are not being stored yet, oldest first: one group is under way at a time. */
  gathering: Group[];
  /** Called when that many are gathered. */
  awaited?: { count: number; done: () => void };
  isStoring: boolean;
  /** The last group was worth a batch, so the next is likely to be. */
  isBusy: boolean;
  /** When a stream that takes no batches is asked again. */
  singlyUntilMs?: number;
}

/** What one batch takes: the server no more messages, and a commit of more bytes keeps too many waiting. */
const MOST_MESSAGES = 1000;
const MOST_BYTES = 4 << 20;
/** A batch is stored in a folder of its own first: so few are quicker by themselves. */
const FEW = 8;
/** So many times as long as a group took, and so long at most, others are waited for; as soon as all are back it ends. */
const WAIT_TIMES = 2;
const LONGEST_WAIT_MS = 20;
const ASK_AGAIN_MS = 60_000;
/** JetStream's numbers: the stream takes no batches; one message of the batch is why it is refused. */
const NO_BATCHES = 10174;
const FOR_ONE = [10201, 10158, 10071, 10164];

/**
 * A publisher for a server that writes to the disk before it answers: what comes while a group is under way is the next
 * group, and is stored as one atomic batch, for which the server waits for the disk once. Each message gets the answer that
 * it would have got by itself, and the order in which they came stays.
 *
 * A batch is stored whole or not at all. One that is refused for a single message is halved, until what is left is published
 * one by one; one that is refused for anything else is published one by one at once. If the server does not answer, whatever
 * is gathered behind it fails with it: nobody waits twice.
 */
export function createGroupCommit(deps: GroupCommitDeps): Publisher {
  const { publisher, streamOf, onNoBatches, clock = () => performance.now() } = deps;
  const lanes = new Map<string, Lane>();
  const batches = createBatches(publisher);

  /** Rejects if the server did not answer. */
  const storeSingly = async (group: readonly Waiting[]) => {
    const results = await Promise.allSettled(
      group.map(async ({ subject, payload, fields, resolve, reject }) => {
        try {
          resolve(await publisher.publish(subject, payload, fields));
        } catch (error) {
          reject(error);
          if (isUnanswered(error)) throw error;
        }
      }),
    );
    const unanswered = results.find((result) => result.status === 'rejected');
    if (unanswered) throw unanswered.reason;
  };

  const openBatch = (messages: readonly Waiting[]): Batch<Waiting> => {
    const batch = batches.open<Waiting>();
    for (const message of messages) batch.add(message);
    return batch;
  };

  const storeTogether = async (batch: Batch<Waiting>) => {
    const { stored, leftOut } = await batch.commit();
    for (const { message, ack } of stored) message.resolve(ack);
    await storeSingly(leftOut);
  };

  /** Rejects if the server did not answer. `patience`: batches that may still be refused. Tells whether a batch was stored. */
  const store = async (
    lane: Lane,
    { messages, batch }: Pick<Group, 'messages' | 'batch'>,
    patience = { left: patienceFor(messages) },
  ): Promise<boolean> => {
    const isWorthIt = messages.length > FEW && clock() >= (lane.singlyUntilMs ?? -Infinity);
    const together = batch ?? (isWorthIt ? openBatch(messages) : undefined);
    if (!together) {
      await storeSingly(messages);
      return false;
    }
    const refusal = await storeTogether(together).catch((error: unknown) => {
      const found = refusalOf(error);
      if (found) return found;
      throw error;
    });
    if (!refusal) return true;
    patience.left -= 1;
    if (refusal.number === NO_BATCHES) {
      if (lane.singlyUntilMs === undefined) onNoBatches(lane.stream);
      lane.singlyUntilMs = clock() + ASK_AGAIN_MS;
    }
    if (!FOR_ONE.includes(refusal.number) || patience.left <= 0) await storeSingly(messages);
    else {
      const half = messages.length >> 1;
      await store(lane, { messages: messages.slice(0, half) }, patience);
      await store(lane, { messages: messages.slice(half) }, patience);
    }
    return false;
  };

  const storeAll = async (lane: Lane) => {
    for (let group = lane.gathering.shift(); group; group = lane.gathering.shift()) {
      const startedMs = clock();
      const { length } = group.messages;
      try {
        lane.isBusy = (await store(lane, group)) && length > FEW;
      } catch (error) {
        lane.isBusy = false;
        // Those of the group that have their answer keep it.
        for (const { messages } of [group, ...lane.gathering.splice(0)])
          for (const { reject } of messages) reject(error);
      }
      if (length > FEW) await untilMore(lane, length + countOf(lane.gathering), clock() - startedMs);
    }
    lane.isStoring = false;
    if (lane.singlyUntilMs === undefined) lanes.delete(lane.stream);
  };

  const laneOf = (stream: string): Lane => {
    const known = lanes.get(stream);
    if (known) return known;
    const lane: Lane = { stream, gathering: [], isStoring: false, isBusy: false };
    lanes.set(stream, lane);
    return lane;
  };

  const gather = (lane: Lane, message: Waiting) => {
    const { length } = message.payload;
    let group = lane.gathering.at(-1);
    if (!group || group.messages.length >= MOST_MESSAGES || group.bytes + length > MOST_BYTES) {
      group = { messages: [], bytes: 0 };
      // The server prepares it while the callers of the last group read their answers, and send again.
      if (lane.isBusy && lane.gathering.length === 0) group.batch = batches.open();
      lane.gathering.push(group);
    }
    group.messages.push(message);
    group.bytes += length;
    group.batch?.add(message);
  };

  const publish: Publisher['publish'] = (subject, payload, fields = []) => {
    const stream = streamOf(subject);
    if (stream === undefined) return publisher.publish(subject, payload, fields);
    return new Promise((resolve, reject) => {
      const lane = laneOf(stream);
      gather(lane, { subject, payload, fields, resolve, reject });
      if (lane.awaited && countOf(lane.gathering) >= lane.awaited.count) lane.awaited.done();
      if (lane.isStoring) return;
      lane.isStoring = true;
      // What was read in the same turn belongs together.
      setImmediate(() => void storeAll(lane));
    });
  };

  return { ...publisher, publish, joint: separately(publish) };
}

/**
 * Whoever has just been answered may send again at once. Without this moment callers would fall apart into two groups that
 * take turns, each half as large as it could be.
 */
async function untilMore(lane: Lane, count: number, tookMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(tookMs * WAIT_TIMES, LONGEST_WAIT_MS));
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    lane.awaited = { count: Math.min(count, MOST_MESSAGES), done };
  });
  delete lane.awaited;
}

/** Enough to find two messages; a group with more of them is not worth the search. */
const patienceFor = ({ length }: readonly Waiting[]) => 2 * Math.ceil(Math.log2(length + 1));

/** Whether nobody knows what became of it. */
const isUnanswered = (error: unknown) => asJobicoError(error).code === 'unavailable' && !refusalOf(error);

const countOf = (groups: readonly Group[]) => groups.reduce((sum, { messages }) => sum + messages.length, 0);
