/** How many there may be before those that have passed are looked for. */
const MANY = 1024;

/**
 * Events of a queue that were cancelled and whose turn has not come here, by their sequences. Whoever has read the slot of
 * one before it was cancelled would run it.
 */
export class CancelledEvents {
  readonly #sequences = new Set<number>();
  readonly #hasPassed: (sequence: number) => boolean;

  /** `hasPassed`: whether an event cannot come here any more, or is looked for on record if it does. */
  constructor(hasPassed: (sequence: number) => boolean) {
    this.#hasPassed = hasPassed;
  }

  add(sequence: number): void {
    if (this.#hasPassed(sequence)) return;
    this.#sequences.add(sequence);
    if (this.#sequences.size % MANY > 0) return;
    for (const each of this.#sequences) if (this.#hasPassed(each)) this.#sequences.delete(each);
  }

  has(sequence: number): boolean {
    return this.#sequences.has(sequence);
  }

  /** Answers whether it was there. */
  delete(sequence: number): boolean {
    return this.#sequences.delete(sequence);
  }

  clear(): void {
    this.#sequences.clear();
  }
}
