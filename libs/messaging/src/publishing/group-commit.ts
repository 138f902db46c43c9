import { asJobicoError } from '@jobico/contract';
import { createBatches, type BatchedMessage } from './atomic-batch.ts';
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

/** What is on its way to one stream. */
interface Lane {
  stream: string;
  gathered: Waiting[];
  /** Called when that many are gathered. */
  awaited?: { count: number; done: () => void };
  /** One group at a time: what comes meanwhile is the next. */
  isStoring: boolean;
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

  const storeTogether = async (group: readonly Waiting[]) => {
    const { stored, leftOut } = await batches.store(group);
    for (const { message, ack } of stored) message.resolve(ack);
    await storeSingly(leftOut);
  };

  /** Rejects if the server did not answer. `patience`: batches that may still be refused. */
  const store = async (
    lane: Lane,
    group: readonly Waiting[],
    patience = { left: patienceFor(group) },
  ): Promise<void> => {
    if (group.length <= FEW || clock() < (lane.singlyUntilMs ?? -Infinity)) return await storeSingly(group);
    const refusal = await storeTogether(group).catch((error: unknown) => {
      const found = refusalOf(error);
      if (found) return found;
      throw error;
    });
    if (!refusal) return;
    patience.left -= 1;
    if (refusal.number === NO_BATCHES) {
      if (lane.singlyUntilMs === undefined) onNoBatches(lane.stream);
      lane.singlyUntilMs = clock() + ASK_AGAIN_MS;
    }
    if (!FOR_ONE.includes(refusal.number) || patience.left <= 0) return await storeSingly(group);
    const half = group.length >> 1;
    await store(lane, group.slice(0, half), patience);
    await store(lane, group.slice(half), patience);
  };

  const storeAll = async (lane: Lane) => {
    while (lane.gathered.length > 0) {
      const group = lane.gathered.splice(0, countOf(lane.gathered));
      const startedMs = clock();
      try {
        await store(lane, group);
      } catch (error) {
        // Those of the group that have their answer keep it.
        for (const { reject } of [...group, ...lane.gathered.splice(0)]) reject(error);
      }
      if (group.length > FEW) await untilMore(lane, group.length + lane.gathered.length, clock() - startedMs);
    }
    lane.isStoring = false;
    if (lane.singlyUntilMs === undefined) lanes.delete(lane.stream);
  };

  const laneOf = (stream: string): Lane => {
    const known = lanes.get(stream);
    if (known) return known;
    const lane: Lane = { stream, gathered: [], isStoring: false };
    lanes.set(stream, lane);
    return lane;
  };

  const publish: Publisher['publish'] = (subject, payload, fields = []) => {
    const stream = streamOf(subject);
    if (stream === undefined) return publisher.publish(subject, payload, fields);
    return new Promise((resolve, reject) => {
      const lane = laneOf(stream);
      lane.gathered.push({ subject, payload, fields, resolve, reject });
      if (lane.awaited?.count === lane.gathered.length) lane.awaited.done();
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

/** How many of these fit into one batch. */
function countOf(gathered: readonly BatchedMessage[]): number {
  let bytes = 0;
  const beyond = gathered.slice(0, MOST_MESSAGES).findIndex(({ payload }, index) => {
    bytes += payload.length;
    return index > 0 && bytes > MOST_BYTES;
  });
  return beyond < 0 ? Math.min(gathered.length, MOST_MESSAGES) : beyond;
}
