/** Events of one lane, one after the other in the order they came. */
export interface Lane<Item> {
  readonly number: number;
  readonly waiting: Item[];
  /** Is an event of it under way, or waiting for an instance? */
  isBusy: boolean;
  /** Something but `ok` happened: what follows is skipped, until the supervisor says that nothing follows any more. */
  isBroken: boolean;
}

export interface Lanes<Item> {
  of(number: number): Lane<Item>;
  /** Forgets an idle lane. A broken one stays: more of it may be on its way. */
  tidy(lane: Lane<Item>): void;
  forget(numbers: readonly number[]): void;
}

export function createLanes<Item>(): Lanes<Item> {
  const lanes = new Map<number, Lane<Item>>();
  return {
    of(number) {
      let lane = lanes.get(number);
      if (lane === undefined) {
        lane = { number, waiting: [], isBusy: false, isBroken: false };
        lanes.set(number, lane);
      }
      return lane;
    },
    tidy({ number, isBroken }) {
      if (!isBroken) lanes.delete(number);
    },
    forget(numbers) {
      for (const number of numbers) lanes.delete(number);
    },
  };
}
