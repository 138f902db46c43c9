import { enqueue, unhandled } from './microtasks.ts';

type Resolve = (value?: unknown) => void;
type Callback = ((value: unknown) => unknown) | null | undefined;
type State = 'pending' | 'fulfilled' | 'rejected';

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * A promise whose reactions run when the component says so. QuickJS keeps its own promises' reactions in a queue that a
 * synchronous component has no way to run; host calls are synchronous, so nothing here ever waits for the outside.
 * Behaves as ECMAScript's, but without subclassing.
 */
export class GuestPromise {
  #state: State = 'pending';
  #value: unknown = undefined;
  #reactions: (() => void)[] = [];

  constructor(executor: (resolve: Resolve, reject: Resolve) => void) {
    if (typeof executor !== 'function') throw new TypeError('Promise takes a function');
    const { resolve, reject } = this.#settlers();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  get [Symbol.toStringTag](): string {
    return 'Promise';
  }

  // oxlint-disable-next-line no-thenable -- it is a promise
  then(onFulfilled?: Callback, onRejected?: Callback): GuestPromise {
    return new GuestPromise((resolve, reject) => {
      this.#react(() => {
        const callback = this.#state === 'fulfilled' ? onFulfilled : onRejected;
        if (typeof callback !== 'function')
          return this.#state === 'fulfilled' ? resolve(this.#value) : reject(this.#value);
        try {
          resolve(callback(this.#value));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  catch(onRejected?: Callback): GuestPromise {
    return this.then(undefined, onRejected);
  }

  finally(onSettled?: (() => unknown) | null): GuestPromise {
    if (typeof onSettled !== 'function') return this.then(undefined, undefined);
    return this.then(
      (value) => GuestPromise.resolve(onSettled()).then(() => value),
      (reason) =>
        GuestPromise.resolve(onSettled()).then(() => {
          throw reason;
        }),
    );
  }

  /** A pair of functions of which the first call counts. */
  #settlers(): { resolve: Resolve; reject: Resolve } {
    let isDone = false;
    const once =
      (settle: Resolve): Resolve =>
      (value) => {
        if (isDone) return;
        isDone = true;
        settle(value);
      };
    return {
      resolve: once((value) => this.#resolve(value)),
      reject: once((reason) => this.#settle('rejected', reason)),
    };
  }

  #resolve(value: unknown): void {
    if (value === this) return this.#settle('rejected', new TypeError('a promise cannot settle to itself'));
    let then: unknown;
    try {
      then = isObject(value) ? (value as { then?: unknown }).then : undefined;
    } catch (error) {
      return this.#settle('rejected', error);
    }
    if (typeof then !== 'function') return this.#settle('fulfilled', value);
    enqueue(() => {
      const { resolve, reject } = this.#settlers();
      try {
        then.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  #settle(state: 'fulfilled' | 'rejected', value: unknown): void {
    this.#state = state;
    this.#value = value;
    const reactions = this.#reactions;
    this.#reactions = [];
    if (state === 'rejected' && reactions.length === 0) unhandled.set(this, value);
    for (const reaction of reactions) enqueue(reaction);
  }

  #react(reaction: () => void): void {
    unhandled.delete(this);
    if (this.#state === 'pending') this.#reactions.push(reaction);
    else enqueue(reaction);
  }

  static resolve(value?: unknown): GuestPromise {
    return value instanceof GuestPromise ? value : new GuestPromise((resolve) => resolve(value));
  }

  static reject(reason?: unknown): GuestPromise {
    return new GuestPromise((_, reject) => reject(reason));
  }

  static withResolvers(): { promise: GuestPromise; resolve: Resolve; reject: Resolve } {
    let resolve: Resolve = () => {};
    let reject: Resolve = () => {};
    const promise = new GuestPromise((onValue, onReason) => {
      resolve = onValue;
      reject = onReason;
    });
    return { promise, resolve, reject };
  }

  static try(run: (...args: unknown[]) => unknown, ...args: unknown[]): GuestPromise {
    return new GuestPromise((resolve) => resolve(run(...args)));
  }

  static all(values: Iterable<unknown>): GuestPromise {
    return gather(values, (promise, keep, { reject }) => void promise.then(keep, reject));
  }

  static allSettled(values: Iterable<unknown>): GuestPromise {
    return gather(values, (promise, keep) => {
      const fulfilled = (value: unknown) => keep({ status: 'fulfilled', value });
      void promise.then(fulfilled, (reason) => keep({ status: 'rejected', reason }));
    });
  }

  static any(values: Iterable<unknown>): GuestPromise {
    return gather(
      values,
      (promise, keep, { resolve }) => void promise.then(resolve, keep),
      (reasons, { reject }) => reject(new AggregateError(reasons, 'All promises were rejected')),
    );
  }

  static race(values: Iterable<unknown>): GuestPromise {
    return new GuestPromise((resolve, reject) => {
      for (const value of values) GuestPromise.resolve(value).then(resolve, reject);
    });
  }
}

interface Settlers {
  resolve: Resolve;
  reject: Resolve;
}

/** Lets `each` keep a result for every value, and finishes with them, in the order of the values, once all are kept. */
function gather(
  values: Iterable<unknown>,
  each: (promise: GuestPromise, keep: Resolve, settlers: Settlers) => void,
  finish: (kept: unknown[], settlers: Settlers) => void = (kept, { resolve }) => resolve(kept),
): GuestPromise {
  return new GuestPromise((resolve, reject) => {
    const settlers = { resolve, reject };
    const kept: unknown[] = [];
    let open = 1;
    const closeOne = (): void => {
      open -= 1;
      if (open === 0) finish(kept, settlers);
    };
    for (const value of values) {
      const index = kept.push(undefined) - 1;
      open += 1;
      const keep = (result: unknown) => {
        kept[index] = result;
        closeOne();
      };
      each(GuestPromise.resolve(value), keep, settlers);
    }
    closeOne();
  });
}
