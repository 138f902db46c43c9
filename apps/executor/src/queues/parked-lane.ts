import { setTimeout } from 'node:timers/promises';
import { complete, type ParkedEvent, type Parking, type QueuedEvent } from '@jobico/messaging';
import { decide, decideUnrun, settleLost, settlementOf } from '../settlement/build-settlement.ts';
import type { SandboxLane } from '../sandboxes/pool.ts';
import type { Outcome, Result } from '../work.ts';
import type { LaneEntry } from './lane.ts';
import type { QueueContext } from './queue-context.ts';

const PAUSE_MS = 250;
/** Given as a reason, or every abort makes an error with a stack. */
const OVER = 'it is over';

/**
 * A lane whose first event waits for its next attempt, moved out of the queue: its events are copied, in order, to the
 * stream `PARKED`, acknowledged in the queue, and run from there one by one. Nothing of it is kept in memory but the event
 * that is next, so many may wait long; what is parked is found again by whoever takes the queue over. It ends when it is
 * empty, and the events that come then run from the queue again. What it has run may still come from the queue, where its
 * process did not get to acknowledge it: so long it does not end, for here it is known that it has run.
 */
export class ParkedLane {
  readonly #name: string;
  readonly #context: QueueContext;
  readonly #parking: Parking;
  readonly #onEmpty: (latest: number) => boolean;
  /** Whether another process may have begun the event that is next. */
  #mayHaveBegun: boolean;
  /** The newest event of the queue that has run here. */
  #latest = 0;
  /** Events that are being copied; they are not in the stream for sure. */
  #copying: Promise<void> = Promise.resolve();
  #copies = 0;
  /** Events that ever came here. */
  #pushed = 0;
  readonly #closed = new AbortController();
  /** Where an event of that name is, while it runs. */
  #running: { name: string; sandbox: SandboxLane } | undefined;
  /** The event that is next; aborted once it was cancelled, or the lane is closed. */
  #head: { event: QueuedEvent; over: AbortController } | undefined;

  /** `onEmpty` is told the newest event that has run, by its sequence, and answers whether the lane ends. */
  constructor(
    name: string,
    context: QueueContext,
    parking: Parking,
    { isTakenOver, onEmpty }: { isTakenOver: boolean; onEmpty: (latest: number) => boolean },
  ) {
    this.#mayHaveBegun = isTakenOver;
    this.#name = name;
    this.#context = context;
    this.#parking = parking;
    this.#onEmpty = onEmpty;
  }

  /** Begins to run what is parked. Call it once, after the first events were pushed. */
  start(): void {
    void this.#run();
  }

  /** The first entries pushed come after whatever `before` stands for. */
  push(entry: LaneEntry, before?: Promise<void>): void {
    this.#copies += 1;
    this.#pushed += 1;
    if (before) this.#copying = this.#copying.then(() => before);
    this.#copying = this.#copying.then(() => this.#copy(entry)).finally(() => (this.#copies -= 1));
  }

  /** Stops running; what is parked stays. */
  close(): void {
    this.#closed.abort();
    this.#head?.over.abort(OVER);
  }

  /** An event was cancelled, and its record is stored. Of any but the next one that is seen when its turn comes. */
  cancel(sequence: number): boolean {
    if (this.#head?.event.sequence !== sequence) return false;
    this.#head.over.abort(OVER);
    this.#running?.sandbox.cancel(this.#head.event);
    return true;
  }

  /** What is paused and has not started comes back. */
  pausesChanged(): void {
    if (this.#running && this.#context.isPaused(this.#running.name)) this.#running.sandbox.recall();
  }

  /** Whether nobody knows if the event that is next has begun in another process. */
  get isDoubtful(): boolean {
    return this.#mayHaveBegun;
  }

  /** Whether the event that is next was cancelled, or the lane is closed. */
  get #isOver(): boolean {
    return this.#head?.over.signal.aborted === true;
  }

  get #isClosed(): boolean {
    return this.#closed.signal.aborted || this.#context.isStopping();
  }

  async #copy(entry: LaneEntry): Promise<void> {
    const { event, attempt, readyAtMs } = entry;
    await this.#untilDone(() => this.#parking.park(this.#name, { event, attempt, readyAtMs }));
    if (!this.#isClosed) entry.onSettled();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const isAllCopied = this.#copies === 0;
      const pushed = this.#pushed;
      const head = await this.#untilDone(() => this.#parking.head(this.#name));
      if (this.#isClosed) return;
      if (head) await this.#runHead(head);
      // What has come since it looked may have been stored since, too.
      else if (!isAllCopied || this.#pushed !== pushed) await this.#copying;
      else if (this.#onEmpty(this.#latest)) return;
      else await this.#wait(PAUSE_MS);
    }
  }

  /** Runs an event until it is settled for good, and takes it away. */
  async #runHead(head: ParkedEvent): Promise<void> {
    const { event } = head;
    // Before its records are read: what is recorded from then on is told.
    this.#head = { event, over: new AbortController() };
    const { signal: over } = this.#head.over;
    await this.#untilNotPaused(event.name, over);
    if (this.#isClosed) return;
    this.#latest = Math.max(this.#latest, event.sequence);
    const found = await this.#untilDone(() => this.#context.recordedOutcome(event));
    if (this.#isClosed) return;
    if (found && found.status !== 'retry')
      await this.#untilDone(() => complete(this.#context.nats, [settlementOf(found, event)]));
    else {
      let attempt = Math.max(head.attempt, (found?.attempt ?? 0) + 1);
      let readyAtMs: number | undefined = found?.nextAttemptAt ? Date.parse(found.nextAttemptAt) : head.readyAtMs;
      if (this.#mayHaveBegun && readyAtMs <= Date.now()) {
        if ((await this.#recordLost(event, attempt)) === 'fenced') readyAtMs = undefined;
        attempt += 1;
      }
      this.#mayHaveBegun = false;
      while (readyAtMs !== undefined && !this.#isClosed) {
        await this.#wait(readyAtMs - Date.now(), over);
        await this.#untilNotPaused(event.name, over);
        if (this.#isClosed) return;
        if (over.aborted) break;
        const before: number = readyAtMs;
        readyAtMs = await this.#attempt(head, attempt, before);
        if (readyAtMs !== before) attempt += 1;
      }
    }
    if (!this.#isClosed) await this.#untilDone(() => this.#parking.remove(head.parkedSequence));
  }

  /** Another process may have begun this attempt; `fenced` if it has ended the event. */
  async #recordLost(event: QueuedEvent, attempt: number): Promise<'settled' | 'fenced'> {
    const admitted = await this.#untilDone(async () => await this.#context.admit(event));
    if (!admitted || admitted.verdict) return 'settled';
    const lost = { event, key: admitted.key, declared: admitted.declared, attempt };
    return await this.#settled(settleLost(lost, this.#context.decisionContext(event.timeMs)));
  }

  /** One attempt; answers when the next one is due, the same time if it did not run, nothing if the event is settled. */
  async #attempt({ event }: ParkedEvent, attempt: number, readyAtMs: number): Promise<number | undefined> {
    const admitted = await this.#untilDone(async () => await this.#context.admit(event));
    if (!admitted || this.#isOver) return undefined;
    const context = this.#context.decisionContext(readyAtMs);
    if (admitted.verdict) {
      await this.#settled(decideUnrun({ event, key: admitted.key, attempt }, admitted.verdict, context).settlement);
      return undefined;
    }
    const work = { event, key: admitted.key, declared: admitted.declared, attempt };
    const outcome = await new Promise<Outcome>((resolve) => {
      const sandbox = this.#context.openSandboxLane();
      this.#running = { name: event.name, sandbox };
      sandbox.send({
        ...work,
        onOutcome: (result) => {
          this.#running = undefined;
          sandbox.close();
          resolve(result);
        },
      });
    });
    if (outcome.kind === 'unrun' || this.#isClosed || this.#isOver) return readyAtMs;
    return await this.#conclude(work, outcome, readyAtMs);
  }

  async #conclude(work: Parameters<typeof decide>[0], result: Result, readyAtMs: number): Promise<number | undefined> {
    const { settlement, retryAtMs } = decide(work, result, this.#context.decisionContext(readyAtMs));
    const which = await this.#settled(settlement);
    return which === 'fenced' ? undefined : retryAtMs;
  }

  #settled(settlement: Parameters<QueueContext['settle']>[0]): Promise<'settled' | 'fenced'> {
    const { signal } = this.#closed;
    return new Promise((resolve) => {
      // When the queue is lost nothing calls back, and this lane is closed.
      const onAbort = () => resolve('fenced');
      signal.addEventListener('abort', onAbort, { once: true });
      this.#context.settle(settlement, (which) => {
        signal.removeEventListener('abort', onAbort);
        resolve(which);
      });
    });
  }

  async #untilNotPaused(event: string, over: AbortSignal): Promise<void> {
    while (!this.#isClosed && !over.aborted && this.#context.isPaused(event)) await this.#wait(PAUSE_MS, over);
  }

  async #wait(ms: number, signal = this.#closed.signal): Promise<void> {
    if (ms > 0) await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  }

  async #untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.#isClosed) {
      try {
        return await work();
      } catch (error) {
        this.#context.log.warn({ err: error, lane: this.#name }, 'parked lane cannot go on yet');
        await this.#wait(PAUSE_MS);
      }
    }
    return undefined;
  }
}
