import type { DeclaredEvent, QueuedEvent, Settlement } from '@jobico/messaging';
import type { SandboxLane } from '../sandboxes/pool.ts';
import { decide, decideUnrun } from '../settlement/build-settlement.ts';
import type { Outcome, Result, Verdict } from '../work.ts';
import type { QueueContext } from './queue-context.ts';

/** An event in its lane. */
export interface LaneEntry {
  readonly event: QueuedEvent;
  readonly key: string | undefined;
  /** What may run it, or why it may not run. */
  admitted: { declared: DeclaredEvent } | { verdict: Verdict };
  attempt: number;
  /** When it became, or becomes, ready for this attempt; milliseconds since 1970. */
  readyAtMs: number;
  /** An attempt that may have begun in another process, to be put on record before the next one begins. */
  lost?: (() => Settlement) | undefined;
  /** Called once its outcome is final. */
  onSettled(): void;
  /** Its outcome is on record, by command: it does not begin any more, and whatever comes of it means nothing. */
  isCancelled?: boolean;
}

/** Events of a lane that may be in the sandbox at once: enough to keep it busy while records are stored. */
const DEPTH = 256;

/** A lane waits for as long in place; longer, and it is parked. */
const WAITS_IN_PLACE_MS = 100;
/** Before it is tried again to look into what was held. */
const AGAIN_MS = 250;

/**
 * The events of one key, in order. They run one after another: those sent to the sandbox wait there, first in, first out,
 * and whatever fails makes the sandbox skip what follows. States: `flowing` (sends as they come) → (something did not
 * succeed, or it is paused) `stopping` (until everything sent has come back) → `flowing`, or before it `waiting` for the next
 * attempt, or `held` because the oldest is paused (then `admitting`, once it is not), or `parked`: another lane has its events, only what is being settled ends
 * here.
 */
export class Lane {
  readonly #name: string;
  readonly #context: QueueContext;
  readonly #onEmpty: () => void;
  /** Not settled, oldest first; the first `#sent` of them are in the sandbox, or being settled. */
  readonly #entries: LaneEntry[] = [];
  readonly #settling = new Set<LaneEntry>();
  /** Entries whose attempt before is not on record yet: the next one must not begin before, or its record comes late. */
  readonly #recording = new Set<LaneEntry>();
  /** Resolves once nothing is being settled any more; while somebody waits for it. */
  #whenSettled: PromiseWithResolvers<void> | undefined;
  #sent = 0;
  #inSandbox = 0;
  #state: 'flowing' | 'stopping' | 'waiting' | 'held' | 'admitting' | 'parked' | 'closed' = 'flowing';
  #sandbox: SandboxLane | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, context: QueueContext, onEmpty: () => void) {
    this.#name = name;
    this.#context = context;
    this.#onEmpty = onEmpty;
  }

  push(entry: LaneEntry): void {
    this.#entries.push(entry);
    this.#send();
  }

  /** Drops everything; outcomes that still come are ignored. */
  close(): void {
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#leaveSandbox();
  }

  #send(): void {
    while (this.#state === 'flowing' && !this.#context.isStopping()) {
      const entry = this.#entries[this.#sent];
      if (!entry || this.#inSandbox >= DEPTH || this.#recording.has(entry)) return;
      if (entry.isCancelled) {
        this.#finish(entry);
        continue;
      }
      if (this.#context.isPaused(entry.event.name)) {
        if (this.#inSandbox === 0) this.#hold();
        return;
      }
      if (entry.readyAtMs > Date.now()) {
        if (this.#inSandbox === 0) this.#wait(entry.readyAtMs);
        return;
      }
      // It takes its turn: what is before it must have come back.
      if (this.#inSandbox > 0 && (entry.lost || 'verdict' in entry.admitted)) return;
      if (entry.lost) {
        // And be on record: an outcome may be refused once where this process has just begun, and is recorded again.
        if (this.#settling.size > 0) return;
        const { lost } = entry;
        entry.lost = undefined;
        this.#record(entry, lost());
      } else if ('verdict' in entry.admitted) {
        this.#sent += 1;
        this.#settleUnrun(entry, entry.admitted.verdict);
      } else {
        this.#sent += 1;
        this.#run(entry, entry.admitted.declared);
      }
    }
  }

  /** Goes on with what was held and is not paused any more; what is paused and has not started comes back. */
  pausesChanged(): void {
    if (this.#state === 'held') void this.#goOn();
    if (this.#state !== 'flowing' || this.#inSandbox === 0) return;
    const sent = this.#entries.slice(0, this.#sent).filter((entry) => !this.#settling.has(entry));
    if (!sent.some(({ event }) => this.#context.isPaused(event.name))) return;
    this.#state = 'stopping';
    this.#sandbox?.recall();
  }

  /** An event was cancelled, and its record is stored; answers whether it is here. */
  cancel(sequence: number): boolean {
    const entry = this.#entries.find(({ event }) => event.sequence === sequence);
    if (!entry) return false;
    entry.isCancelled = true;
    // What is being recorded of it now is refused.
    if (this.#settling.has(entry) || this.#recording.has(entry)) return true;
    if (this.#entries.indexOf(entry) < this.#sent) {
      if (this.#state === 'flowing') this.#state = 'stopping';
      this.#sandbox?.cancel(entry.event);
    } else this.#leaveOut(entry);
    return true;
  }

  /** Others may have waited for it, or with it. */
  #leaveOut(entry: LaneEntry): void {
    const next = this.#entries[this.#sent];
    this.#finish(entry);
    if (this.#state === 'held') void this.#goOn();
    if (this.#state === 'waiting' && entry === next) {
      clearTimeout(this.#timer);
      this.#state = 'flowing';
    }
    this.#send();
  }

  /** Its oldest event is paused. Other lanes must not wait for it, should theirs not be. */
  #hold(): void {
    if (!this.#context.isAtRest() && this.#park()) return;
    this.#state = 'held';
  }

  /** What was held runs as is live now: a version may have been deployed meanwhile. */
  async #goOn(): Promise<void> {
    const held = this.#entries.slice(this.#sent);
    const [oldest] = held;
    if (oldest && this.#context.isPaused(oldest.event.name)) return;
    this.#state = 'admitting';
    try {
      for (const entry of held) {
        const admitted = await this.#context.admit(entry.event);
        entry.admitted = admitted.verdict ? { verdict: admitted.verdict } : { declared: admitted.declared };
      }
    } catch (error) {
      this.#context.log.warn({ err: error, lane: this.#name }, 'lane cannot go on yet');
      this.#holdAgain();
      return;
    }
    if (this.#state !== 'admitting') return;
    this.#state = 'flowing';
    this.#send();
  }

  #holdAgain(): void {
    if (this.#state !== 'admitting') return;
    this.#state = 'held';
    this.#timer = setTimeout(() => this.pausesChanged(), AGAIN_MS);
  }

  #run(entry: LaneEntry, admitted: DeclaredEvent): void {
    // A retry runs what is live now.
    const declared = entry.attempt === 1 ? admitted : (this.#context.liveEvent(entry.event.name) ?? admitted);
    const { event, key, attempt } = entry;
    this.#inSandbox += 1;
    this.#sandbox ??= this.#context.openSandboxLane();
    this.#sandbox.send({
      event,
      key,
      attempt,
      declared,
      onOutcome: (outcome) => this.#onOutcome(entry, declared, outcome),
    });
  }

  #wait(untilMs: number): void {
    if (untilMs - Date.now() > WAITS_IN_PLACE_MS && this.#park()) return;
    this.#state = 'waiting';
    this.#timer = setTimeout(
      () => {
        if (this.#state !== 'waiting') return;
        this.#state = 'flowing';
        this.#send();
      },
      Math.max(0, untilMs - Date.now()),
    );
  }

  /**
   * Leaves what is not being settled to a lane outside the queue, but not before the rest is settled: what is not on record
   * when this process dies runs again, and what is parked runs first then.
   */
  #park(): boolean {
    const waiting = this.#entries.filter((entry) => !this.#settling.has(entry));
    if (this.#settling.size > 0) this.#whenSettled ??= Promise.withResolvers();
    if (!this.#context.park(this.#name, waiting, this.#whenSettled?.promise)) return false;
    this.#state = 'parked';
    this.#entries.splice(0, this.#entries.length, ...this.#settling);
    this.#sent = this.#entries.length;
    this.#leaveSandbox();
    return true;
  }

  #onOutcome(entry: LaneEntry, declared: DeclaredEvent, outcome: Outcome): void {
    if (this.#state === 'closed') return;
    this.#inSandbox -= 1;
    const breaks = outcome.kind !== 'ok' && this.#state === 'flowing';
    if (breaks) this.#state = 'stopping';
    if (outcome.kind !== 'unrun' && entry.isCancelled) this.#finish(entry);
    else if (outcome.kind !== 'unrun') this.#conclude(entry, declared, outcome);
    // The sandbox skips only what has reached it: what still waits before it must come back too, at once.
    if (breaks) this.#leaveSandbox();
    if (this.#state === 'stopping' && this.#inSandbox === 0) this.#resume();
    else this.#send();
    // Its only event may have been parked aside.
    if (this.#entries.length === 0) this.#empty();
  }

  /** What was sent after a failure has come back unrun: it is sent again, from the oldest that has no outcome. */
  #resume(): void {
    this.#leaveSandbox();
    const next = this.#entries.findIndex((entry) => !this.#settling.has(entry));
    this.#sent = next < 0 ? this.#entries.length : next;
    this.#state = 'flowing';
    this.#send();
  }

  #conclude(entry: LaneEntry, declared: DeclaredEvent, result: Result): void {
    const { event, key, attempt, readyAtMs } = entry;
    const { settlement, retryAtMs } = decide(
      { event, key, attempt, declared },
      result,
      this.#context.decisionContext(readyAtMs),
    );
    if (retryAtMs === undefined) {
      this.#settle(entry, settlement);
      return;
    }
    entry.attempt += 1;
    entry.readyAtMs = retryAtMs;
    if (declared.job.retry.isOrderRelaxed && this.#context.park(`r${event.sequence}`, [entry])) {
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      this.#sent -= 1;
    }
    this.#record(entry, settlement);
  }

  /** Records an attempt that another one follows. */
  #record(entry: LaneEntry, settlement: Settlement): void {
    this.#recording.add(entry);
    this.#context.settle(settlement, (outcome) => {
      this.#recording.delete(entry);
      // Another process settled the event meanwhile, or a command did: it does not run again.
      if (outcome === 'fenced') this.#finish(entry);
      this.#send();
    });
  }

  #settleUnrun(entry: LaneEntry, verdict: Verdict): void {
    const context = this.#context.decisionContext(entry.readyAtMs);
    this.#settle(entry, decideUnrun(entry, verdict, context).settlement);
  }

  #settle(entry: LaneEntry, settlement: Settlement): void {
    this.#settling.add(entry);
    this.#context.settle(settlement, () => {
      this.#finish(entry);
      // The next may have waited for that.
      this.#send();
    });
  }

  #finish(entry: LaneEntry): void {
    const index = this.#entries.indexOf(entry);
    if (this.#state === 'closed' || index < 0) return;
    this.#settling.delete(entry);
    if (this.#settling.size === 0) this.#whenSettled?.resolve();
    this.#entries.splice(index, 1);
    if (index < this.#sent) this.#sent -= 1;
    entry.onSettled();
    if (this.#entries.length === 0) this.#empty();
  }

  #empty(): void {
    this.#leaveSandbox();
    this.#onEmpty();
  }

  #leaveSandbox(): void {
    const sandbox = this.#sandbox;
    // First: what comes back from before the sandbox may be sent again at once, and opens another.
    this.#sandbox = undefined;
    sandbox?.close();
  }
}
