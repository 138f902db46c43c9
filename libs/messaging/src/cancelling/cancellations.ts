import type { Execution } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';
import { keepFollowing } from '../reading/follow-stream.ts';
import { readExecution } from '../outcomes/read-execution.ts';
import { anyCancelled, executionFilter, EXECUTIONS } from '../subjects.ts';

/** An event was cancelled; `at` is the sequence of its record in the stream. */
export type OnCancelled = (execution: Execution, at: number) => void;

/** Tells whoever works a queue which of its events were cancelled: what is on record is done, here they stop running. */
export interface Cancellations {
  /** Calls back with the record of each event of a queue that is cancelled from now on. Answers what ends that. */
  follow(tenant: string, queue: string, listener: OnCancelled): () => void;
  stop(): Promise<void>;
}

/**
 * Follows the records of events that were cancelled. They come from the stream and not as they are published: what it
 * refuses never happened, and what was recorded while the connection was lost comes late, and is not lost.
 */
export async function watchCancellations(nats: Nats, log: Logger): Promise<Cancellations> {
  const listeners = new Map<string, Set<OnCancelled>>();
  const { state } = await nats.jsm.streams.info(EXECUTIONS);
  const from = {
    filter_subjects: [anyCancelled()],
    deliver_policy: 'by_start_sequence' as const,
    opt_start_seq: state.last_seq + 1,
  };
  const tell = (message: JsMsg) => {
    const execution = readExecution(message);
    const { tenant, queue } = execution;
    for (const listener of listeners.get(`${tenant} ${queue}`) ?? []) listener(execution, message.seq);
  };
  const following = await keepFollowing(nats, EXECUTIONS, from, tell, log);

  return {
    follow(tenant, queue, listener) {
      const key = `${tenant} ${queue}`;
      const own = listeners.get(key) ?? new Set();
      listeners.set(key, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(key) === own) listeners.delete(key);
      };
    },
    stop: () => following.stop(),
  };
}

/** The sequences of the events of a queue that were cancelled since a time. Throws `unavailable`. */
export async function cancelledSince(nats: Nats, tenant: string, queue: string, sinceMs: number): Promise<number[]> {
  const filter = executionFilter(tenant, { status: 'cancelled', queue });
  const since = { start_time: new Date(Math.max(0, sinceMs - 1)) };
  const found: number[] = [];
  for await (const message of readForward(nats, EXECUTIONS, filter, since)) found.push(readExecution(message).sequence);
  return found;
}
