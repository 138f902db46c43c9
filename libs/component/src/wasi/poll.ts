/** Time as the guests' clocks and timers see it. */
export interface Time {
  /** Nanoseconds of a clock that never goes back. */
  monotonic(): bigint;
  /** Milliseconds since 1970. */
  wall(): number;
  /** Waits that long, by blocking or, where the guest can be suspended, by a promise. */
  sleep(milliseconds: number): void | Promise<void>;
}

export interface Pollables {
  /** A pollable that is ready at once. */
  ready(): object;
  /** A pollable that is ready at an instant of the monotonic clock. */
  at(instant: bigint): object;
  /** The class and function of `wasi:io/poll`. */
  readonly poll: { Pollable: new () => object; poll(list: readonly object[]): unknown };
}

const NANOSECONDS_PER_MS = 1_000_000n;
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** `wasi:io/poll`: timers, and streams that are always ready. */
export function createPollables(time: Time): Pollables {
  const sleepUntil = (instant: bigint): void | Promise<void> => {
    const left = instant - time.monotonic();
    if (left <= 0n) return undefined;
    const milliseconds = (left + NANOSECONDS_PER_MS - 1n) / NANOSECONDS_PER_MS;
    const sleeping = time.sleep(milliseconds > LONGEST_SLEEP_MS ? LONGEST_SLEEP_MS : Number(milliseconds));
    // Timers may come a little early.
    return sleeping === undefined ? sleepUntil(instant) : sleeping.then(() => sleepUntil(instant));
  };

  class Pollable {
    readonly instant: bigint;

    constructor(instant = 0n) {
      this.instant = instant;
    }
    ready(): boolean {
      return this.instant <= time.monotonic();
    }
    block(): void | Promise<void> {
      return sleepUntil(this.instant);
    }
  }

  const readyOnes = (list: readonly Pollable[]): Uint32Array => {
    const now = time.monotonic();
    const indices = list.flatMap((pollable, index) => (pollable.instant <= now ? [index] : []));
    return Uint32Array.from(indices);
  };
  const poll = (list: readonly object[]): Uint32Array | Promise<Uint32Array> => {
    const pollables = list as readonly Pollable[];
    const [first, ...others] = pollables;
    if (first === undefined) throw new Error('an empty list was polled');
    const soonest = others.reduce((least, { instant }) => (instant < least ? instant : least), first.instant);
    const sleeping = sleepUntil(soonest);
    return sleeping === undefined ? readyOnes(pollables) : sleeping.then(() => readyOnes(pollables));
  };

  return { ready: () => new Pollable(), at: (instant) => new Pollable(instant), poll: { Pollable, poll } };
}
