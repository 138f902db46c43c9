import type { Tail } from '@jobico/messaging';

/**
 * Which events of a queue may have begun in another process before this one got it: those may only run again as a further
 * attempt.
 */
export class TakenOver {
  /** Up to here they may have. */
  #end = 0;
  /** So many events after one that has run may have run as well, as the server knows no more; but none after `last`. */
  #forgotten = { window: 0, last: 0 };
  /** Up to here, and beyond the tail, what is not on record has not begun. */
  #handedBack = 0;
  /** How many events after the tail may have run as well. */
  #doubtful = 0;

  get end(): number {
    return this.#end;
  }

  /** Whether the server has forgotten how far it had come. */
  get isForgotten(): boolean {
    return this.#forgotten.window > 0;
  }

  /** Whether whoever had the queue before let go of it cleanly. */
  get isHandedBack(): boolean {
    return this.#handedBack > 0;
  }

  /** `received` is the newest that this process was ever given. */
  begin({ delivered, handedBack = 0, forgotten }: Tail, received: number): void {
    this.#forgotten = forgotten ?? { window: 0, last: 0 };
    this.#handedBack = handedBack;
    this.#end = Math.max(delivered, received);
    this.#doubtful = this.#forgotten.window;
  }

  /** An event is on record. */
  hasRun(sequence: number): void {
    if (sequence <= this.#handedBack) return;
    this.#end = Math.max(this.#end, sequence);
    this.#doubtful = this.#forgotten.window;
  }

  /** Ask once for each event, in order. */
  mayHaveRun(sequence: number): boolean {
    if (sequence <= this.#end) return true;
    this.#doubtful -= 1;
    return this.#doubtful >= 0 && sequence <= this.#forgotten.last;
  }
}
