import { LIMITS, type Execution } from '@jobico/contract';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import { followStream } from '../reading/follow-stream.ts';
import { scanForward } from '../reading/pages.ts';
import { readExecution } from './read-execution.ts';
import { executionFilter, EXECUTIONS } from '../subjects.ts';

/** Lets callers wait for what becomes of events. */
export interface OutcomeWaits {
  /**
   * Begins to wait for events of a queue: nothing that is recorded after it has resolved is missed. Undefined when as many
   * wait as may. Throws `unavailable`.
   */
  begin(tenant: string, queue: string, ids: readonly string[]): Promise<OutcomeWait | undefined>;
  stop(): Promise<void>;
}

export interface OutcomeWait {
  /** Looks for what was recorded since then: of events that were sent before. */
  lookBack(sinceMs: number): Promise<void>;
  /** The outcomes that end the events, by their ids, as soon as there is one for each; after `ms` those that there are. */
  outcomes(ms: number): Promise<Map<string, Execution>>;
  end(): void;
}

/** A queue's consumer is kept for the next that waits. */
const IDLE_MS = 10_000;

interface Waiting {
  missing: Set<string>;
  found: Map<string, Execution>;
  resolve: () => void;
}

/** The outcomes of one queue, as they are recorded. */
interface QueueWatch {
  messages: Promise<ConsumerMessages>;
  waiting: Set<Waiting>;
  idle?: NodeJS.Timeout;
}

export function createOutcomeWaits(nats: Nats, most: number = LIMITS.waiters): OutcomeWaits {
  const watches = new Map<string, QueueWatch>();
  let count = 0;

  const drop = (key: string, watch: QueueWatch) => {
    clearTimeout(watch.idle);
    if (watches.get(key) === watch) watches.delete(key);
    return watch.messages.then(
      (messages) => messages.close(),
      () => undefined,
    );
  };

  const watchOf = (key: string, tenant: string, queue: string): QueueWatch => {
    const known = watches.get(key);
    if (known) return known;
    const watch: QueueWatch = {
      messages: open(nats, tenant, queue, (execution) => tell(watch, execution)),
      waiting: new Set(),
    };
    watches.set(key, watch);
    const forget = () => {
      if (watches.get(key) === watch) watches.delete(key);
    };
    // The client may end them by itself: whoever comes then begins anew.
    void watch.messages.then((messages) => messages.closed()).then(forget, forget);
    return watch;
  };

  return {
    async begin(tenant, queue, ids) {
      if (count >= most) return undefined;
      count += 1;
      const key = `${tenant} ${queue}`;
      const watch = watchOf(key, tenant, queue);
      clearTimeout(watch.idle);
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiting: Waiting = { missing: new Set(ids), found: new Map(), resolve };
      watch.waiting.add(waiting);
      const end = () => {
        if (!watch.waiting.delete(waiting)) return;
        count -= 1;
        if (watch.waiting.size === 0) watch.idle = setTimeout(() => void drop(key, watch), IDLE_MS).unref();
      };
      try {
        await watch.messages;
      } catch (error) {
        end();
        throw asUnavailable(error, 'outcomes cannot be waited for');
      }
      return {
        async lookBack(sinceMs) {
          for await (const message of scanForward(nats, EXECUTIONS, executionFilter(tenant, { queue }), sinceMs)) {
            note(waiting, readExecution(message));
            if (waiting.missing.size === 0) return;
          }
        },
        async outcomes(ms) {
          const timer = setTimeout(resolve, ms);
          if (waiting.missing.size === 0) resolve();
          await promise;
          clearTimeout(timer);
          return waiting.found;
        },
        end,
      };
    },
    async stop() {
      const all = [...watches];
      for (const [, { waiting }] of all) for (const { resolve } of waiting) resolve();
      await Promise.all(all.map(([key, watch]) => drop(key, watch)));
    },
  };
}

async function open(
  nats: Nats,
  tenant: string,
  queue: string,
  onExecution: (execution: Execution) => void,
): Promise<ConsumerMessages> {
  // From the stream and not as they are published: what it refuses never happened.
  const filter_subjects = [executionFilter(tenant, { queue })];
  return await followStream(nats, EXECUTIONS, { filter_subjects, deliver_policy: 'new' }, (message) => {
    const execution = readable(message);
    if (execution) onExecution(execution);
  });
}

/** One that cannot be read is nobody's: what is thrown here ends the following of all others. */
function readable(message: JsMsg): Execution | undefined {
  try {
    return readExecution(message);
  } catch {
    return undefined;
  }
}

function tell(watch: QueueWatch, execution: Execution): void {
  for (const waiting of watch.waiting) note(waiting, execution);
}

function note(waiting: Waiting, execution: Execution): void {
  if (execution.status === 'retry' || !waiting.missing.delete(execution.event.id)) return;
  waiting.found.set(execution.event.id, execution);
  if (waiting.missing.size === 0) waiting.resolve();
}
