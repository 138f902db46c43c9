import type { Delivered } from '@jobico/messaging';

interface Delivery {
  message: Delivered;
  isDone: boolean;
}

/**
 * The messages that are delivered and not acknowledged, in the order of their queue. They are acknowledged in that order,
 * whenever they are done: what is left is always a short tail, which whoever takes over reads again.
 */
export class Unacknowledged {
  readonly #acknowledge: (message: Delivered) => void;
  readonly #deliveries = new Map<number, Delivery>();
  #upTo = 0;
  /** Resolves once something is acknowledged; while somebody waits for it. */
  #whenNext: PromiseWithResolvers<void> | undefined;

  constructor(acknowledge: (message: Delivered) => void) {
    this.#acknowledge = acknowledge;
  }

  get size(): number {
    return this.#deliveries.size;
  }

  /** Up to here, everything is acknowledged. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Forgets everything, and begins after `upTo`. */
  begin(upTo: number): void {
    this.#deliveries.clear();
    this.#upTo = upTo;
  }

  /** Whether a message is new here. One that comes again is acknowledged by its newest delivery, at once if it was. */
  take(message: Delivered): boolean {
    const known = this.#deliveries.get(message.sequence);
    if (known) known.message = message;
    else if (message.sequence <= this.#upTo) this.#acknowledge(message);
    else {
      this.#deliveries.set(message.sequence, { message, isDone: false });
      return true;
    }
    return false;
  }

  /** Acknowledges everything that is done up to the first that is not. */
  done(sequence: number): void {
    const delivery = this.#deliveries.get(sequence);
    if (delivery) delivery.isDone = true;
    for (const [oldest, { message, isDone }] of this.#deliveries) {
      if (!isDone) return;
      this.#acknowledge(message);
      this.#upTo = oldest;
      this.#deliveries.delete(oldest);
      this.#whenNext?.resolve();
      this.#whenNext = undefined;
    }
  }

  /** How far a message is behind the oldest. */
  distance(sequence: number): number {
    const [oldest = sequence] = this.#deliveries.keys();
    return sequence - oldest;
  }

  async untilNext(): Promise<void> {
    this.#whenNext ??= Promise.withResolvers();
    await this.#whenNext.promise;
  }

  *unfinished(): Generator<Delivered> {
    for (const { message, isDone } of this.#deliveries.values()) if (!isDone) yield message;
  }
}
