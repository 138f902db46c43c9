import type { Execution, LiveLines, LogLine } from '@jobico/contract';

/** Which lines of which executions have been shown while they ran: the record has them again. */
export interface ShownLines {
  /** Those of the lines that have not been shown; now they have. */
  fresh(live: LiveLines): LogLine[];
  /** What remains to be shown of an execution that has ended. */
  rest(execution: Execution): LogLine[];
}

/** Executions that are cut short have no record: the oldest are forgotten. */
const MOST_EXECUTIONS = 1000;

export function createShownLines(): ShownLines {
  const shown = new Map<string, Set<number>>();

  const placesOf = (id: string): Set<number> => {
    const known = shown.get(id);
    if (known) return known;
    const [oldest] = shown.keys();
    if (oldest !== undefined && shown.size >= MOST_EXECUTIONS) shown.delete(oldest);
    const places = new Set<number>();
    shown.set(id, places);
    return places;
  };

  return {
    fresh({ execution, from, lines }) {
      const places = placesOf(execution);
      const fresh = lines.filter((_, index) => !places.has(from + index));
      for (const index of lines.keys()) places.add(from + index);
      return fresh;
    },
    rest({ id, logs }) {
      const places = shown.get(id);
      shown.delete(id);
      return places === undefined ? logs : logs.filter((_, index) => !places.has(index));
    },
  };
}
