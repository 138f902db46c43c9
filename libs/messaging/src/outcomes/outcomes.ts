import { JobicoError, type Execution } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readForward, readLast } from '../reading/direct-batch.ts';
import { readExecution } from './read-execution.ts';
import { EXECUTIONS, executionSubject, NONE, slotFilter, SLOTS } from '../subjects.ts';
import { createLines, type Leave } from './lines.ts';

/** Whether this process recorded the outcome, or one stands that ends the event, or a retry in place of a retry. */
export type Commit = { isOurs: true } | { isOurs: false; recorded: Execution };

/**
 * The outcomes of one queue. Publishing an outcome is the commit point of an event: it is refused by the server if anyone
 * has recorded into the event's slot what this process has not seen, so one that was paused and wakes up cannot settle an
 * event a second time.
 */
export interface Outcomes {
  /**
   * Reads the slots of these events, so that {@link commit} is not refused for want of it, and answers the outcomes that
   * some of the events have already: they ran in a process that did not come to acknowledge them. `sinceMs` and `timeOf` as
   * {@link latest} has them.
   */
  prepare(sequences: readonly number[], sinceMs: number, timeOf?: TimeOf): Promise<Map<number, Execution>>;
  /** Whether {@link prepare} is needed for a sequence. */
  isPrepared(sequence: number): boolean;
  /** Records an outcome. Throws `unavailable` if it cannot tell whether it did. */
  commit(execution: Execution): Promise<Commit>;
  /**
   * The latest outcome of each of these events, where there is one. `sinceMs`: when the oldest of them was stored; `timeOf`:
   * when each was, where that is known.
   */
  latest(sequences: readonly number[], sinceMs: number, timeOf?: TimeOf): Promise<Map<number, Execution>>;
  /** Another process has recorded an outcome, at that sequence of the stream: nothing of it need be looked up. */
  learn(execution: Execution, at: number): void;
  /** Drops what was read: after other processes may have written. */
  forget(): void;
}

/** When the event at a place of the queue was stored, in milliseconds since 1970. */
export type TimeOf = (sequence: number) => number | undefined;

/** What this process knows of a slot. */
interface Slot {
  /** Stream sequence of its last outcome; 0 for none. */
  last: number;
  /** Of the newest event that has an outcome there, its sequence, its latest attempt, and whether that was its end. */
  event: number;
  attempt: number;
  isTerminal: boolean;
  /**
   * Of older events that wait for another attempt, the latest that this process has recorded. As long as nobody else records
   * into the slot, which would show, it is the latest there is: they need no look at what is on record since.
   */
  waiting: Map<number, number> | undefined;
  /** Events after that one that another process has ended. */
  ended: Set<number> | undefined;
}

const EMPTY: Slot = { last: 0, event: 0, attempt: 0, isTerminal: false, waiting: undefined, ended: undefined };

/** An outcome that another process has recorded, at that sequence of the stream. */
interface Learned {
  execution: Execution;
  at: number;
}

export interface OutcomesOptions {
  /** Of the queue, if it is partitioned. */
  partition?: number | undefined;
  /** Outcomes of one lane are recorded in the order in which they are given to {@link Outcomes.commit}. Left out, none has to. */
  laneOf?: (execution: Execution) => string;
}

export function createOutcomes(
  nats: Nats,
  tenant: string,
  queue: string,
  { partition, laneOf }: OutcomesOptions = {},
): Outcomes {
  const known = new Map<number, Slot>();
  /** For each read of slots that is under way, what was learned since it began. */
  const reads = new Set<Learned[]>();
  const lines = createLines();

  const lastOf = async (sequences: readonly number[]): Promise<StoredMsg[]> => {
    const slots = [...new Set(sequences.map((sequence) => slotFilter(tenant, queue, sequence, partition)))];
    return await readLast(nats, EXECUTIONS, slots);
  };

  /** The slot of an event, into which somebody has recorded at that sequence of the stream. */
  const slotAfter = (sequence: number, at: number): Slot => {
    let slot = known.get(sequence % SLOTS);
    if (!slot || slot === EMPTY) known.set(sequence % SLOTS, (slot = { ...EMPTY }));
    slot.last = Math.max(at, slot.last);
    return slot;
  };

  const remember = ({ sequence, attempt, status }: Execution, at: number) => {
    const slot = slotAfter(sequence, at);
    if (sequence < slot.event) return;
    const isSame = sequence === slot.event;
    slot.event = sequence;
    slot.attempt = isSame ? Math.max(attempt, slot.attempt) : attempt;
    slot.isTerminal = (isSame && slot.isTerminal) || status !== 'retry';
    for (const ended of slot.ended ?? []) if (ended <= sequence) slot.ended?.delete(ended);
  };

  /** What another process has recorded, where the slot is known. */
  const note = (execution: Execution, at: number) => {
    const { sequence } = execution;
    if (!known.has(sequence % SLOTS)) return;
    const slot = slotAfter(sequence, at);
    slot.waiting?.delete(sequence);
    if (sequence > slot.event) (slot.ended ??= new Set()).add(sequence);
    else remember(execution, at);
  };

  const latest: Outcomes['latest'] = async (sequences, sinceMs, timeOf = () => undefined) => {
    const learned: Learned[] = [];
    reads.add(learned);
    const messages = await lastOf(sequences).finally(() => reads.delete(learned));
    const last = messages.map((message) => ({ message, recorded: readExecution(message) }));
    for (const sequence of sequences) known.set(sequence % SLOTS, EMPTY);
    for (const { message, recorded } of last) remember(recorded, message.seq);
    // The server may have read before that was there.
    for (const { execution, at } of learned) note(execution, at);
    const bySlot = Map.groupBy(last, ({ recorded }) => recorded.sequence % SLOTS);
    const found = sequences.map(async (sequence) => {
      const inSlot = bySlot.get(sequence % SLOTS) ?? [];
      const isOwn = isOf(sequence, sinceMs, timeOf(sequence));
      const own = inSlot
        .map(({ recorded }) => recorded)
        .filter(isOwn)
        .reduce(later, undefined);
      if (own && own.status !== 'retry') return [sequence, own] as const;
      // What another event of the slot, an older one that waited long too, has recorded since this one was stored may hide
      // the outcome of this one: all of it, or all but a retry.
      const hiding = inSlot.filter(({ message, recorded }) => !isOwn(recorded) && message.time.getTime() >= sinceMs);
      const subjects = hiding.map(({ message }) => message.subject);
      return [sequence, await latestBehind(subjects, isOwn, sinceMs, own)] as const;
    });
    return new Map((await Promise.all(found)).flatMap(([sequence, own]) => (own ? [[sequence, own]] : [])));
  };

  /**
   * The latest outcome of an event, among `own` and what is hidden under subjects of its slot. They are read one by one: the
   * server finds the messages of a subject by an index, and those of a pattern by looking at all there are.
   */
  const latestBehind = async (
    subjects: readonly string[],
    isOwn: (recorded: Execution) => boolean,
    sinceMs: number,
    own: Execution | undefined,
  ) => {
    let found = own;
    for (const subject of subjects) {
      for await (const recorded of recordedSince(nats, subject, sinceMs)) {
        if (isOwn(recorded)) found = later(found, recorded);
      }
    }
    if (found && found !== own) remember(found, 0);
    return found;
  };

  /** This process has recorded an outcome: the slot's last, unless somebody else's has been seen before the answer came. */
  const rememberOwn = (execution: Execution, at: number) => {
    remember(execution, at);
    const slot = known.get(execution.sequence % SLOTS);
    if (slot?.last !== at) return;
    if (execution.status === 'retry') (slot.waiting ??= new Map()).set(execution.sequence, execution.attempt);
    else slot.waiting?.delete(execution.sequence);
  };

  /**
   * An outcome that stands in the way of this one. One that ends the event goes before any attempt that is to be repeated:
   * whoever recorded that may be gone, and nobody would repeat it.
   */
  const standing = async (execution: Execution): Promise<Commit | undefined> => {
    const { id, sequence, event } = execution;
    const timeMs = Date.parse(event.time);
    const recorded = (await latest([sequence], timeMs, () => timeMs)).get(sequence);
    // Our own, whose acknowledgement was lost, counts as ours.
    if (recorded?.id === id) return { isOurs: true };
    return recorded && isInTheWay(execution, recorded.status !== 'retry', recorded.attempt)
      ? { isOurs: false, recorded }
      : undefined;
  };

  /** Whether what is known of the slot is of this event and in its way, or of a later one and says nothing of it. */
  const isDoubtful = (execution: Execution) => {
    const { event, isTerminal, attempt, waiting, ended } = known.get(execution.sequence % SLOTS) ?? EMPTY;
    if (ended?.has(execution.sequence)) return true;
    if (event < execution.sequence) return false;
    if (event === execution.sequence) return isInTheWay(execution, isTerminal, attempt);
    const recorded = waiting?.get(execution.sequence);
    return recorded === undefined || isInTheWay(execution, false, recorded);
  };

  // No message id: what is sent again is refused by the slot, and then found to be ours.
  const publish = (execution: Execution, body: string) =>
    nats.publisher.publish(subjectOf(execution, queue, partition), body, [
      ['Nats-Expected-Last-Subject-Sequence', String(known.get(execution.sequence % SLOTS)?.last ?? 0)],
      ['Nats-Expected-Last-Subject-Sequence-Subject', slotFilter(tenant, queue, execution.sequence, partition)],
    ]);

  return {
    latest,
    prepare: (sequences, sinceMs, timeOf) =>
      latest(
        sequences.filter((sequence) => !known.has(sequence % SLOTS)),
        sinceMs,
        timeOf,
      ),
    isPrepared: (sequence) => known.has(sequence % SLOTS),
    learn(execution, at) {
      // Of a slot that was not read, all is read before it is needed.
      note(execution, at);
      for (const learned of reads) learned.push({ execution, at });
    },
    forget: () => known.clear(),
    async commit(execution) {
      const body = JSON.stringify(execution);
      const lane = laneOf?.(execution);
      let leave: Leave | undefined;
      try {
        let isDoubted = isDoubtful(execution);
        if (lane !== undefined && (isDoubted || lines.isFormed(lane))) {
          leave = await lines.join(lane);
          isDoubted = isDoubtful(execution);
        }
        for (;;) {
          const obstacle = isDoubted ? await standing(execution) : undefined;
          if (obstacle) return obstacle;
          const publishing = publish(execution, body);
          leave?.();
          try {
            rememberOwn(execution, (await publishing).sequence);
            return { isOurs: true };
          } catch (error) {
            if (!(error instanceof JobicoError && error.code === 'conflict')) throw error;
          }
          if (lane !== undefined) leave = await lines.join(lane);
          isDoubted = true;
        }
      } catch (error) {
        leave?.(error);
        throw error;
      } finally {
        leave?.();
      }
    },
  };
}

/** {@link Outcomes.latest} of events that have come, so that it is known when each was stored. */
export async function latestOf(
  outcomes: Pick<Outcomes, 'latest'>,
  events: readonly { sequence: number; timeMs: number }[],
): Promise<Map<number, Execution>> {
  if (events.length === 0) return new Map();
  const times = new Map(events.map(({ sequence, timeMs }) => [sequence, timeMs]));
  return await outcomes.latest([...times.keys()], Math.min(...times.values()), (sequence) => times.get(sequence));
}

/**
 * Whether a record is of an event that was stored at that time. A queue that was removed and made again, or was kept in
 * memory, counts from the beginning: what stands on record of the one before is not of its events.
 */
export const isRecordOf = (recorded: Execution, timeMs: number): boolean =>
  Math.abs(Date.parse(recorded.event.time) - timeMs) <= ROUNDED_MS;

/** A time of the server is told in several forms. */
const ROUNDED_MS = 1;

/** What tells the records of an event: of one that has not come yet it is known that it was stored later than others. */
const isOf = (sequence: number, sinceMs: number, timeMs: number | undefined) => (recorded: Execution) =>
  recorded.sequence === sequence &&
  (timeMs === undefined ? Date.parse(recorded.event.time) >= sinceMs - ROUNDED_MS : isRecordOf(recorded, timeMs));

function isInTheWay({ status, attempt }: Execution, isTerminal: boolean, recordedAttempt: number): boolean {
  return isTerminal || (status === 'retry' && recordedAttempt >= attempt);
}

function subjectOf(execution: Execution, queue: string, partition: number | undefined): string {
  return executionSubject({
    tenant: execution.tenant,
    package: execution.package || NONE,
    job: execution.job || NONE,
    status: execution.status,
    queue,
    sequence: execution.sequence,
    partition,
  });
}

/** What ends an event stands, whatever attempts were recorded beside it. */
function later(a: Execution | undefined, b: Execution): Execution {
  if (!a || (a.status === 'retry') !== (b.status === 'retry')) return a && a.status !== 'retry' ? a : b;
  return a.attempt > b.attempt ? a : b;
}

/** Outcomes under a subject since a time, oldest first: some few, since a slot takes one of every {@link SLOTS} events. */
async function* recordedSince(nats: Nats, subject: string, sinceMs: number): AsyncGenerator<Execution> {
  const since = { start_time: new Date(Math.max(0, sinceMs - 1)) };
  for await (const message of readForward(nats, EXECUTIONS, subject, since)) yield readExecution(message);
}
