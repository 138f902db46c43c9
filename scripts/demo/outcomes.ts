import type { OperationOutput } from '@jobico/contract';

type Execution = OperationOutput<'execution.watch'>;

/** Follows events to their outcomes, and the events that those raise to theirs. */
export interface OutcomeTracker {
  /** These events are on their way. */
  expect(ids: readonly string[]): void;
  observe(execution: Execution): void;
  /** Events without an outcome so far. */
  readonly waiting: readonly string[];
  /** How many outcomes of each status there were. */
  readonly counts: ReadonlyMap<string, number>;
  /** Milliseconds since the last outcome, or since the start. */
  readonly quietMs: number;
}

export function trackOutcomes(): OutcomeTracker {
  const waiting = new Set<string>();
  const done = new Set<string>();
  const counts = new Map<string, number>();
  let lastAt = performance.now();
  const expect = (ids: readonly string[]) => {
    for (const id of ids) if (!done.has(id)) waiting.add(id);
  };
  return {
    expect,
    observe({ event, status, emitted }) {
      lastAt = performance.now();
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status === 'retry') return;
      done.add(event.id);
      waiting.delete(event.id);
      expect(emitted.map(({ id }) => id));
    },
    get waiting() {
      return [...waiting];
    },
    counts,
    get quietMs() {
      return performance.now() - lastAt;
    },
  };
}
