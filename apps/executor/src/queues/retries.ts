const PAUSE_MS = 250;
/**
 * So many are under way at once. Each of them reads what is on record, and a server that is asked for hundreds at a time
 * answers none of them before they are tried again, and so on without end.
 */
const MOST_AT_ONCE = 16;

/** What could not be done and is tried again, in the order of its numbers. */
export interface Retries<Item> {
  readonly isEmpty: boolean;
  /** It has failed: after a pause it is tried again. */
  add(item: Item): void;
  /** It waits for its turn behind the others. */
  join(item: Item): void;
}

/** `attempt` resolves once it has been tried, also where it has been added again. */
export function createRetries<Item extends { number: number }>(attempt: (item: Item) => Promise<void>): Retries<Item> {
  const waiting: Item[] = [];
  let underWay = 0;
  let isPausing = false;

  const goOn = () => {
    while (underWay < MOST_AT_ONCE) {
      const item = isPausing ? undefined : waiting.shift();
      if (!item) return;
      underWay += 1;
      void attempt(item).finally(() => {
        underWay -= 1;
        goOn();
      });
    }
  };
  const insert = (item: Item) => {
    const behind = waiting.findLastIndex(({ number }) => number < item.number);
    waiting.splice(behind + 1, 0, item);
  };

  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    join: insert,
    add(item) {
      insert(item);
      if (isPausing) return;
      isPausing = true;
      setTimeout(() => {
        isPausing = false;
        goOn();
      }, PAUSE_MS);
    },
  };
}
