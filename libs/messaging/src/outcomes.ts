import { JobicoError, type Execution } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { asUnavailable, isNoMatch } from './failures.ts';
import { EXECUTIONS, executionSubject, NONE, slotFilter, SLOTS } from './subjects.ts';

/** Whether this process recorded the outcome, or another has recorded one for the same attempt or a later one. */
export type Commit = { isOurs: true } | { isOurs: false; recorded: Execution };

/**
 * The outcomes of one queue. Publishing an outcome is the commit point of an event: it is refused by the server if anyone
 * has recorded into the event's slot what this process has not seen, so one that was paused and wakes up cannot settle an
 * event a second time.
 */
export interface Outcomes {
  /**
   * Reads the slots of these events, so that {@link commit} is not refused for want of it, and answers the outcomes that
   * some of the events have already: they ran in a process that did not come to acknowledge them. `sinceMs`: when the oldest
   * of the events was stored.
   */
  prepare(sequences: readonly number[], sinceMs: number): Promise<Map<number, Execution>>;
  /** Whether {@link prepare} is needed for a sequence. */
  isPrepared(sequence: number): boolean;
  /** Records an outcome. Throws `unavailable` if it cannot tell whether it did. */
  commit(execution: Execution): Promise<Commit>;
  /** The latest outcome of each of these events, where there is one. `sinceMs`: when the oldest of them was stored. */
  latest(sequences: readonly number[], sinceMs: number): Promise<Map<number, Execution>>;
  /** Drops what was read: after another process may have written. */
  forget(): void;
}

/** More slots in one look-up would risk the server's limit on matching subjects. */
const LOOKUP = 128;

export function createOutcomes(nats: Nats, tenant: string, queue: string): Outcomes {
  /** By slot, the stream sequence of its last outcome; 0 for none. */
  const last = new Map<number, number>();

  const lastOf = async (sequences: readonly number[]): Promise<StoredMsg[]> => {
    const slots = [...new Set(sequences.map((sequence) => slotFilter(tenant, queue, sequence)))];
    const found: StoredMsg[] = [];
    for (let at = 0; at < slots.length; at += LOOKUP) {
      found.push(...(await lastMessages(nats, slots.slice(at, at + LOOKUP))));
    }
    return found;
  };

  const remember = (sequences: readonly number[], messages: readonly StoredMsg[]) => {
    for (const sequence of sequences) last.set(sequence % SLOTS, 0);
    for (const { seq, subject } of messages) {
      const slot = Number(subject.slice(subject.lastIndexOf('.') + 1));
      last.set(slot, Math.max(last.get(slot) ?? 0, seq));
    }
  };

  const latest = async (sequences: readonly number[], sinceMs: number) => {
    const messages = await lastOf(sequences);
    remember(sequences, messages);
    const bySlot = Map.groupBy(
      messages.map((message) => message.json<Execution>()),
      ({ sequence }) => sequence % SLOTS,
    );
    const found = new Map<number, Execution>();
    for (const sequence of sequences) {
      const inSlot = bySlot.get(sequence % SLOTS) ?? [];
      const own = inSlot.filter((recorded) => recorded.sequence === sequence).reduce(later, undefined);
      // A later event of the slot may hide the outcome of this one, which waited long.
      const isHidden = !own && inSlot.some((recorded) => recorded.sequence > sequence);
      const recorded = isHidden ? await scan(sequence, sinceMs) : own;
      if (recorded) found.set(sequence, recorded);
    }
    return found;
  };

  const scan = async (sequence: number, sinceMs: number) => {
    let found: Execution | undefined;
    for await (const recorded of slotSince(nats, slotFilter(tenant, queue, sequence), sinceMs)) {
      if (recorded.sequence === sequence) found = later(found, recorded);
    }
    return found;
  };

  return {
    latest,
    prepare: (sequences, sinceMs) =>
      latest(
        sequences.filter((sequence) => !last.has(sequence % SLOTS)),
        sinceMs,
      ),
    isPrepared: (sequence) => last.has(sequence % SLOTS),
    forget: () => last.clear(),
    async commit(execution) {
      const { sequence, attempt } = execution;
      const body = JSON.stringify(execution);
      const slot = sequence % SLOTS;
      for (;;) {
        try {
          const expected = last.get(slot) ?? 0;
          const ack = await nats.publisher.publish(subjectOf(execution, queue), body, [
            ['Nats-Msg-Id', `${queue}:${sequence}:${execution.id}`],
            ['Nats-Expected-Last-Subject-Sequence', String(expected)],
            ['Nats-Expected-Last-Subject-Sequence-Subject', slotFilter(tenant, queue, sequence)],
          ]);
          last.set(slot, Math.max(ack.sequence, last.get(slot) ?? 0));
          return { isOurs: true };
        } catch (error) {
          if (!(error instanceof JobicoError && error.code === 'conflict')) throw error;
        }
        remember([sequence], await lastOf([sequence]));
        const recorded = (await latest([sequence], Date.parse(execution.event.time))).get(sequence);
        // Our own, whose acknowledgement was lost, counts as ours.
        if (recorded?.id === execution.id) return { isOurs: true };
        if (recorded && (recorded.attempt >= attempt || recorded.status !== 'retry'))
          return { isOurs: false, recorded };
      }
    },
  };
}

function subjectOf(execution: Execution, queue: string): string {
  return executionSubject({
    tenant: execution.tenant,
    package: execution.package || NONE,
    job: execution.job || NONE,
    status: execution.status,
    queue,
    sequence: execution.sequence,
  });
}

function later(a: Execution | undefined, b: Execution): Execution {
  return a && a.attempt > b.attempt ? a : b;
}

const ENOUGH = 10_000;

async function lastMessages({ jsm }: Nats, subjects: string[]): Promise<StoredMsg[]> {
  const found: StoredMsg[] = [];
  try {
    for await (const message of await jsm.direct.getLastMessagesFor(EXECUTIONS, { multi_last: subjects }))
      found.push(message);
  } catch (error) {
    throw asUnavailable(error, 'outcomes cannot be read');
  }
  return found;
}

/** Outcomes in a slot since a time, oldest first: some few, since a slot takes one of every {@link SLOTS} events. */
async function* slotSince({ jsm }: Nats, filter: string, sinceMs: number): AsyncGenerator<Execution> {
  try {
    const messages = await jsm.direct.getBatch(EXECUTIONS, {
      start_time: new Date(Math.max(0, sinceMs - 1)),
      next_by_subj: filter,
      batch: ENOUGH,
    });
    for await (const message of messages) yield message.json<Execution>();
  } catch (error) {
    if (isNoMatch(error)) return;
    throw asUnavailable(error, 'outcomes cannot be read');
  }
}
