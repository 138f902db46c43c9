import { setTimeout as pause } from 'node:timers/promises';
import type {
  Dispatch,
  HostAnswer,
  HostCall,
  Sandbox,
  SandboxExit,
  SandboxLogLine,
  SandboxOptions,
  SandboxOutcome,
} from '@jobico/component';
import { JobicoError, LIMITS, type ExecutionError } from '@jobico/contract';
import { createEventId, type DeclaredEvent, type QueuedEvent } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { CallContext, HostServices } from '../host/host-services.ts';
import { recordInputs } from '../host/recorded-inputs.ts';
import type { LiveLogs } from '../live-logs.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Work } from '../work.ts';
import { AttemptsInside, type AttemptInside } from './attempts-inside.ts';
import type { Components, ReadyComponent } from './components.ts';
import { contained, failureOf, inputsOf, outcomeOf, recordedLines } from './outcome-of.ts';

/** Starts a sandbox process; what it reports goes to the given callbacks. */
export type SandboxFactory = (
  callbacks: Pick<SandboxOptions, 'onOutcome' | 'onHostCall' | 'onLogged' | 'onExit'>,
) => Promise<Sandbox>;

export interface TenantSandboxOptions {
  tenant: string;
  components: Components;
  hostServices: HostServices;
  liveLogs: LiveLogs;
  startSandbox: SandboxFactory;
  log: Logger;
  /** The process is gone; everything sent has had its outcome. */
  onEnded(): void;
}

interface Queued {
  lane: number;
  work: Work;
}

/** A repeat must show as an attempt of its own, also when it is nobody's fault. */
const INTERRUPTED: ExecutionError = { code: 'interrupted', message: 'its sandbox was ended because of another event' };

const CANCELLED: ExecutionError = { code: 'cancelled', message: 'its event was cancelled' };

/** One message to the process takes this many. */
const BATCH = 128;
/** Components that one process holds; then it is replaced once it is idle. */
const MAX_LOADED = 32;
const CHECK_MS = 50;
const START_AGAIN_MS = 500;
const FETCH_AGAIN_MS = 500;

/**
 * One sandbox process and the attempts of one tenant in it; the process itself keeps the order of lanes and how many
 * instances run. Here is the deadline: the process of an attempt that overruns it is killed, that attempt has failed, those
 * that ran beside it are interrupted, and the others come back as not run. States: `starting` → `ready` ⇄ `loading` → `ended`; one that is
 * leaving takes nothing more.
 */
export class TenantSandbox {
  readonly tenant: string;
  readonly #options: TenantSandboxOptions;
  #state: 'starting' | 'ready' | 'loading' | 'ended' = 'starting';
  #sandbox: Sandbox | undefined;
  #queue: Queued[] = [];
  readonly #inside = new AttemptsInside();
  /** By key, with what takes the secrets of its job out of what it says. */
  readonly #loaded = new Map<string, Redactor | undefined>();
  #loading: string | undefined;
  #isPumpDue = false;
  /** When the process last gave an outcome, or was handed the first attempt; `performance.now()`. */
  #heardAt = 0;
  #idleSinceMs = Date.now();
  #servesSinceMs = Infinity;
  #isLeaving = false;
  readonly #check: NodeJS.Timeout;

  constructor(options: TenantSandboxOptions) {
    this.tenant = options.tenant;
    this.#options = options;
    this.#check = setInterval(() => this.#checkDeadlines(), CHECK_MS);
    void this.#start();
  }

  /** Attempts that are here. */
  get load(): number {
    return this.#queue.length + this.#inside.size;
  }

  /** Milliseconds since 1970. */
  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  /** When it became ready, in milliseconds since 1970; before that, infinity. */
  get servesSinceMs(): number {
    return this.#servesSinceMs;
  }

  /** Whether it takes nothing more. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  send(lane: number, work: Work): void {
    if (this.#state === 'ended' || this.#isLeaving) {
      work.onOutcome({ kind: 'unrun' });
      return;
    }
    this.#queue.push({ lane, work });
    this.#pumpSoon();
  }

  /** What of the lane has not gone to the process comes back as not run. */
  closeLane(lane: number): void {
    const dropped = this.#queue.filter((queued) => queued.lane === lane);
    if (dropped.length === 0) return;
    this.#queue = this.#queue.filter((queued) => queued.lane !== lane);
    for (const { work } of dropped) work.onOutcome({ kind: 'unrun' });
  }

  /** What of the lane has not started comes back as not run; at once, or after what runs there now. */
  recallLane(lane: number): void {
    if (this.#state !== 'ended') this.#sandbox?.recall([lane]);
    this.closeLane(lane);
  }

  /**
   * Its event was cancelled. Where its attempt runs, now or in a moment, it ends as one that overruns its deadline; what of
   * the lane has not started comes back as not run.
   */
  cancel(lane: number, event: QueuedEvent): void {
    const attempt = this.#inside.of(event);
    if (attempt) attempt.isCancelled = true;
    this.#endCancelled(this.#sandbox?.running() ?? []);
    this.recallLane(lane);
  }

  /** Makes room for another tenant: what has gone to the process ends there, then it ends; the rest comes back as not run. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#inside.size === 0) {
      this.#end();
      return;
    }
    const left = this.#queue;
    this.#queue = [];
    for (const { work } of left) work.onOutcome({ kind: 'unrun' });
  }

  /** Ends the process; whatever is here comes back as interrupted, or as not run. */
  async retire(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#end();
    await sandbox?.exited;
  }

  async #start(): Promise<void> {
    try {
      const sandbox = await this.#options.startSandbox({
        onOutcome: (outcomes) => this.#onOutcomes(outcomes),
        onHostCall: (call) => this.#onHostCall(call),
        onLogged: (n, lines) => this.#onLogged(n, lines),
        onExit: (exit) => this.#onExit(exit),
      });
      if (this.#state === 'ended') {
        sandbox.kill();
        return;
      }
      this.#sandbox = sandbox;
      this.#servesSinceMs = Date.now();
      this.#state = 'ready';
      this.#pumpSoon();
    } catch (error) {
      this.#options.log.error({ err: error }, 'sandbox could not be started');
      setTimeout(() => this.#end(), START_AGAIN_MS);
    }
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    setImmediate(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#state === 'ready' && this.#sandbox) {
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      if (this.#inside.size === batch.length) this.#heardAt = performance.now();
      this.#sandbox.dispatch(batch);
    }
  }

  /** The next attempts in order, as many as may go in. The first whose component is not loaded ends it, and loads it. */
  #takeBatch(): Dispatch[] {
    const batch: Dispatch[] = [];
    let taken = 0;
    for (const queued of this.#queue) {
      if (batch.length >= BATCH || this.#inside.isFull) break;
      const { declared } = queued.work;
      const key = this.#options.components.keyOf(declared);
      if (!this.#loaded.has(key)) {
        if (batch.length === 0) void this.#load(key, declared);
        break;
      }
      batch.push(this.#inside.enter(queued.lane, queued.work, key, this.#loaded.get(key)));
      taken += 1;
    }
    this.#queue.splice(0, taken);
    return batch;
  }

  async #load(key: string, declared: DeclaredEvent): Promise<void> {
    this.#state = 'loading';
    const ready = await this.#fetch(key, declared);
    // It ended meanwhile, or what failed is none of the component's fault.
    if (this.#state !== 'loading') return;
    if (ready) await this.#loadFetched(key, ready);
    if (this.#state === 'loading') this.#state = 'ready';
    this.#pumpSoon();
  }

  /** Undefined where it cannot be had now: whoever needs it waits, and it is asked for again. */
  async #fetch(key: string, declared: DeclaredEvent): Promise<ReadyComponent | undefined> {
    try {
      return await this.#options.components.load(declared, key);
    } catch (error) {
      if (error instanceof JobicoError && error.code !== 'unavailable') this.#cannotLoad(key, error.message);
      else {
        this.#options.log.warn({ err: error, component: key }, 'component cannot be fetched yet');
        await pause(FETCH_AGAIN_MS);
      }
      return undefined;
    }
  }

  async #loadFetched(key: string, { component, redactor }: ReadyComponent): Promise<void> {
    this.#loading = key;
    const late = setTimeout(() => this.#cannotLoad(key, 'it did not start in time'), LIMITS.loadTimeMs);
    try {
      await this.#sandbox?.load(component);
      this.#unloadOthersOf(key);
      this.#loaded.set(key, redactor);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#cannotLoad(key, redactor?.text(why) ?? why);
    } finally {
      clearTimeout(late);
      this.#loading = undefined;
    }
  }

  /** What the job was given before, secrets that were changed since, is no longer needed: events inside still end with it. */
  #unloadOthersOf(key: string): void {
    for (const other of this.#loaded.keys()) {
      if (!this.#options.components.isSameJob(key, other)) continue;
      this.#loaded.delete(other);
      this.#sandbox?.unload(other);
    }
  }

  /** A component can trap, hang or exhaust the process while it is loaded: its events fail, those of others have not run. */
  #cannotLoad(key: string, why: string): void {
    if (this.#state === 'ended') return;
    this.#options.log.error({ component: key, why }, 'component could not be loaded');
    this.#failQueued(key, { code: 'platform', message: `the component could not be loaded: ${why}` });
    // Whatever it has left behind in the process goes with it.
    this.#end();
  }

  /** Of a component that cannot be loaded, what is first in its lane has failed; what waits behind another has not run. */
  #failQueued(key: string, error: ExecutionError): void {
    const behind = this.#inside.lanes();
    const queue = this.#queue;
    this.#queue = [];
    for (const queued of queue) {
      const { lane, work } = queued;
      const { components } = this.#options;
      const isItsTurn = !behind.has(lane) && components.isSameJob(components.keyOf(work.declared), key);
      behind.add(lane);
      if (isItsTurn) work.onOutcome(failureOf(error));
      else this.#queue.push(queued);
    }
  }

  #onOutcomes(outcomes: readonly SandboxOutcome[]): void {
    this.#heardAt = performance.now();
    for (const outcome of outcomes) {
      const attempt = this.#inside.leave(outcome.n);
      if (!attempt) continue;
      const { calls, hostCalls, live, redactor } = attempt;
      const { emitted = [] } = calls ?? {};
      const made = contained(attempt, outcome.durationMs, () => {
        const inputs = inputsOf(attempt, outcome.status === 'ok');
        return outcomeOf(outcome, { emitted, hostCalls, live, inputs, redactor });
      });
      attempt.work.onOutcome(made);
    }
    if (this.load > 0) this.#pumpSoon();
    else this.#becomeIdle();
  }

  #becomeIdle(): void {
    this.#idleSinceMs = Date.now();
    if (this.#loaded.size >= MAX_LOADED || this.#isLeaving) this.#end();
  }

  async #onHostCall(call: HostCall): Promise<HostAnswer> {
    const running = this.#inside.get(call.n);
    if (!running) throw new Error('the call is of no attempt that runs here');
    running.hostCalls += 1;
    running.calls ??= this.#contextOf(call.n, running);
    const answer = await this.#options.hostServices.call(call, running.calls);
    if (running.work.declared.job.record) (running.inputs ??= recordInputs(running.work.event.text)).add(call, answer);
    return answer;
  }

  #onLogged(n: number, lines: readonly SandboxLogLine[]): void {
    const running = this.#inside.get(n);
    if (!running) return;
    running.live ??= { executionId: createEventId(), lines: [] };
    this.#options.liveLogs.tell(running.work, running.live, recordedLines(lines, running.redactor));
  }

  #contextOf(n: number, running: AttemptInside): CallContext {
    const { work } = running;
    const { since } = this.#sandbox?.running().find((each) => each.n === n) ?? { since: performance.now() };
    running.ended = new AbortController();
    return {
      attempt: work,
      emitted: [],
      emittedBytes: 0,
      deadlineMs: since + work.declared.job.timeoutMs,
      signal: running.ended.signal,
    };
  }

  #checkDeadlines(): void {
    if (this.#inside.size === 0) return;
    const now = performance.now();
    const running = this.#sandbox?.running() ?? [];
    if (this.#endCancelled(running)) return;
    for (const { n, since } of running.length > 0 ? running : this.#unstarted()) {
      const timeoutMs = this.#inside.get(n)?.work.declared.job.timeoutMs ?? Infinity;
      if (now - since <= timeoutMs) continue;
      // Of guests that share a thread, the one that never returns makes the others late.
      const blamed = this.#sandbox?.culprit(n) ?? n;
      this.#fail(blamed, { code: 'deadline', message: `no result within ${timeoutMs} ms` }, now - since);
      this.#end();
      return;
    }
  }

  /** Answers whether the process was ended because an attempt of a cancelled event runs in it. */
  #endCancelled(running: readonly { n: number; since: number }[]): boolean {
    const cancelled = running.find(({ n }) => this.#inside.get(n)?.isCancelled);
    if (!cancelled) return false;
    this.#fail(cancelled.n, CANCELLED, performance.now() - cancelled.since);
    this.#end();
    return true;
  }

  /** A process under a guest's control may never say that anything has started: then time counts for the oldest attempt. */
  #unstarted(): { n: number; since: number }[] {
    const oldest = this.#inside.oldest();
    return oldest === undefined || this.#state !== 'ready' ? [] : [{ n: oldest, since: this.#heardAt }];
  }

  /** The process ended by itself: who is to blame has failed, or if that cannot be told, whoever ran then. */
  #onExit({ reason, message, culprit }: SandboxExit): void {
    if (this.#state === 'ended') return;
    if (this.#loading !== undefined) this.#cannotLoad(this.#loading, `the sandbox ended meanwhile: ${reason}`);
    const running = this.#sandbox?.running() ?? [];
    this.#options.log.warn({ reason, message: this.#withoutSecrets(message) }, 'sandbox ended by itself');
    const error: ExecutionError = {
      code: reason === 'memory' ? 'memory' : 'trap',
      message: reason === 'memory' ? 'out of memory' : `the sandbox ended while the job ran: ${reason}`,
    };
    const now = performance.now();
    for (const { n, since } of running) if (culprit === undefined || culprit === n) this.#fail(n, error, now - since);
    this.#end();
  }

  #withoutSecrets(message: string): string {
    let redacted = message;
    for (const redactor of this.#loaded.values()) redacted = redactor?.text(redacted) ?? redacted;
    return redacted;
  }

  #fail(n: number, error: ExecutionError, durationMs: number): void {
    const attempt = this.#inside.leave(n);
    if (!attempt) return;
    const { event, declared } = attempt.work;
    this.#options.log.warn({ event: event.id, job: declared.job.id, error }, 'attempt ended by force');
    const made = contained(attempt, durationMs, () => {
      const inputs = inputsOf(attempt, false);
      return { ...failureOf(error, durationMs, attempt.hostCalls, attempt.live), ...(inputs && { inputs }) };
    });
    attempt.work.onOutcome(made);
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearInterval(this.#check);
    const begun = this.#sandbox?.running() ?? [];
    this.#sandbox?.kill();
    // First leave the pool: what comes back looks for a sandbox again at once.
    this.#options.onEnded();
    const now = performance.now();
    for (const { n, since } of begun) this.#fail(n, INTERRUPTED, now - since);
    const left = [...this.#inside.leaveAll(), ...this.#queue];
    this.#queue = [];
    for (const { work } of left) work.onOutcome({ kind: 'unrun' });
  }
}
