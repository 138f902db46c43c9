import type { HostAnswer, HostCall, Sandbox, SandboxOptions, SandboxOutcome } from '@jobico/component';
import type { ExecutionError } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { CallContext, HostServices } from '../host/host-services.ts';
import type { Outcome, Work } from '../work.ts';
import { modeOf, type Components } from './components.ts';

/** Starts a sandbox process; what it reports goes to the given callbacks. */
export type SandboxFactory = (
  callbacks: Pick<SandboxOptions, 'onOutcomes' | 'onHostCall' | 'onExit'>,
) => Promise<Sandbox>;

export interface TenantSandboxOptions {
  tenant: string;
  components: Components;
  hostServices: HostServices;
  startSandbox: SandboxFactory;
  log: Logger;
  /** The process is gone; everything sent has had its outcome. */
  onEnded(): void;
  /** Nothing is left to do here. */
  onIdle(): void;
}

interface Queued {
  lane: number;
  work: Work;
}

/** An attempt that is in the process. */
interface Running extends Queued {
  mode: 'sync' | 'jspi';
  key: string;
  sentAtMs: number;
  calls: CallContext;
  hostCalls: number;
}

/** A batch keeps the channel busy; two of them keep the guest busy while answers travel. */
const BATCH = 32;
const BATCHES = 2;
const CHECK_MS = 50;
/** Components that one process holds; then it is replaced when it is idle. */
const MAX_LOADED = 32;

/**
 * One sandbox process and the attempts of one tenant in it. Attempts of a lane go in together and come back in order where
 * their jobs never wait; a job that may wait (for kv, http) goes in one at a time for each lane, and up to its concurrency.
 * Here is the deadline too: the process of an attempt that overruns it is killed, that attempt fails, and the others of the
 * process come back as not run. States: `starting` → `ready` → `ended`.
 */
export class TenantSandbox {
  readonly tenant: string;
  readonly #options: TenantSandboxOptions;
  #state: 'starting' | 'ready' | 'ended' = 'starting';
  #sandbox: Sandbox | undefined;
  #queue: Queued[] = [];
  readonly #running = new Map<number, Running>();
  readonly #loaded = new Set<string>();
  #isLoading = false;
  #isPumpDue = false;
  #next = 0;
  /** Since when the oldest attempt of the jobs that never wait is the one that runs. */
  #headSinceMs = 0;
  #idleSinceMs = Date.now();
  readonly #check: NodeJS.Timeout;

  constructor(options: TenantSandboxOptions) {
    this.tenant = options.tenant;
    this.#options = options;
    this.#check = setInterval(() => this.#checkDeadlines(), CHECK_MS);
    void this.#start();
  }

  /** Attempts that are here. */
  get load(): number {
    return this.#queue.length + this.#running.size;
  }

  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  send(lane: number, work: Work): void {
    if (this.#state === 'ended') {
      work.onOutcome({ kind: 'unrun' });
      return;
    }
    this.#queue.push({ lane, work });
    this.#pumpSoon();
  }

  closeLane(lane: number): void {
    if (!this.#queue.some((queued) => queued.lane === lane)) return;
    const dropped = this.#queue.filter((queued) => queued.lane === lane);
    this.#queue = this.#queue.filter((queued) => queued.lane !== lane);
    for (const { work } of dropped) work.onOutcome({ kind: 'unrun' });
  }

  /** Ends the process; whatever is here comes back as not run. */
  async retire(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#end();
    await sandbox?.exited;
  }

  async #start(): Promise<void> {
    try {
      const sandbox = await this.#options.startSandbox({
        onOutcomes: (outcomes) => this.#onOutcomes(outcomes),
        onHostCall: (call) => this.#onHostCall(call),
        onExit: () => this.#onExit(),
      });
      if (this.#state === 'ended') {
        sandbox.kill();
        return;
      }
      this.#sandbox = sandbox;
      this.#state = 'ready';
      this.#pumpSoon();
    } catch (error) {
      this.#options.log.error({ err: error }, 'sandbox could not be started');
      setTimeout(() => this.#end(), 500);
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
    while (this.#state === 'ready' && this.#sandbox && !this.#isLoading && this.#queue.length > 0) {
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      const now = Date.now();
      if (!this.#hasHead()) this.#headSinceMs = now;
      const dispatches = batch.map((queued) => {
        const n = (this.#next += 1);
        const { declared, event, key, attempt } = queued.work;
        const running: Running = {
          ...queued,
          mode: modeOf(declared.job),
          key: this.#options.components.keyOf(declared),
          sentAtMs: now,
          calls: { attempt: queued.work, emitted: [], emittedBytes: 0 },
          hostCalls: 0,
        };
        this.#running.set(n, running);
        const time = new Date(event.timeMs).toISOString();
        const jobEvent = {
          id: event.id,
          tenant: event.tenant,
          name: event.name,
          ...(key !== undefined && { key }),
          time,
          attempt,
          data: event.text,
        };
        return { n, lane: queued.lane, key: running.key, event: jobEvent };
      });
      this.#sandbox.dispatch(dispatches);
    }
  }

  /** The next attempts that may go in now, in order within each lane. Starts loading a component that is missing. */
  #takeBatch(): Queued[] {
    const room = Math.min(BATCH, BATCH * BATCHES - this.#syncRunning());
    const busyLanes = new Set<number>();
    const perKey = new Map<string, number>();
    for (const { lane, mode, key } of this.#running.values()) {
      if (mode === 'jspi') {
        busyLanes.add(lane);
        perKey.set(key, (perKey.get(key) ?? 0) + 1);
      }
    }
    const lanesInside = new Set([...this.#running.values()].map(({ lane }) => lane));
    const batch: Queued[] = [];
    const rest: Queued[] = [];
    for (const queued of this.#queue) {
      const { declared } = queued.work;
      const key = this.#options.components.keyOf(declared);
      const waits = modeOf(declared.job) === 'jspi';
      const isBlocked =
        busyLanes.has(queued.lane) ||
        batch.length >= BATCH ||
        (waits
          ? lanesInside.has(queued.lane) || (perKey.get(key) ?? 0) >= declared.job.concurrency
          : batch.length >= room);
      if (isBlocked || !this.#isLoaded(key, queued)) {
        busyLanes.add(queued.lane);
        rest.push(queued);
        continue;
      }
      if (waits) {
        busyLanes.add(queued.lane);
        perKey.set(key, (perKey.get(key) ?? 0) + 1);
      }
      lanesInside.add(queued.lane);
      batch.push(queued);
    }
    this.#queue = rest;
    return batch;
  }

  #syncRunning(): number {
    let count = 0;
    for (const { mode } of this.#running.values()) if (mode === 'sync') count += 1;
    return count;
  }

  #hasHead(): boolean {
    return this.#syncRunning() > 0;
  }

  #isLoaded(key: string, { work }: Queued): boolean {
    if (this.#loaded.has(key)) return true;
    if (!this.#isLoading) void this.#load(key, work);
    return false;
  }

  async #load(key: string, { declared }: Work): Promise<void> {
    this.#isLoading = true;
    try {
      const component = await this.#options.components.load(declared);
      await this.#sandbox?.load(component);
      this.#loaded.add(key);
    } catch (error) {
      this.#options.log.error({ err: error, component: key }, 'component could not be loaded');
      this.#failQueued(key, {
        code: 'platform',
        message: `the component could not be loaded: ${(error as Error).message}`,
      });
    } finally {
      this.#isLoading = false;
      this.#pumpSoon();
    }
  }

  /** Everything of a component that cannot be loaded has failed; what follows in those lanes has not run. */
  #failQueued(key: string, error: ExecutionError): void {
    const failing = new Set<number>();
    const queue = this.#queue;
    this.#queue = [];
    for (const queued of queue) {
      const isOfComponent = this.#options.components.keyOf(queued.work.declared) === key;
      if (failing.has(queued.lane)) queued.work.onOutcome({ kind: 'unrun' });
      else if (!isOfComponent) this.#queue.push(queued);
      else {
        failing.add(queued.lane);
        queued.work.onOutcome(failure(error, Date.now(), 0));
      }
    }
  }

  #onOutcomes(outcomes: readonly SandboxOutcome[]): void {
    this.#headSinceMs = Date.now();
    for (const outcome of outcomes) {
      const running = this.#running.get(outcome.n);
      if (!running) continue;
      this.#running.delete(outcome.n);
      running.work.onOutcome(toOutcome(outcome, running));
    }
    if (this.load === 0) this.#becomeIdle();
    else this.#pumpSoon();
  }

  #becomeIdle(): void {
    this.#idleSinceMs = Date.now();
    if (this.#loaded.size >= MAX_LOADED) this.#end();
    else this.#options.onIdle();
  }

  async #onHostCall(call: HostCall): Promise<HostAnswer> {
    const running = this.#running.get(call.n);
    if (!running) throw new Error('the call is of no attempt that runs here');
    running.hostCalls += 1;
    return await this.#options.hostServices.call(call, running.calls);
  }

  #checkDeadlines(): void {
    const now = Date.now();
    let isHead = true;
    for (const [n, running] of this.#running) {
      const sinceMs = running.mode === 'jspi' ? running.sentAtMs : isHead ? this.#headSinceMs : now;
      if (running.mode === 'sync') isHead = false;
      const { timeoutMs } = running.work.declared.job;
      if (now - sinceMs <= timeoutMs) continue;
      this.#running.delete(n);
      this.#options.log.warn(
        { event: running.work.event.id, component: running.key, timeoutMs },
        'deadline overrun, sandbox killed',
      );
      const error: ExecutionError = { code: 'deadline', message: `no result within ${timeoutMs} ms` };
      running.work.onOutcome(failure(error, sinceMs, now - sinceMs, running.hostCalls));
      this.#end();
      return;
    }
  }

  /** The process ended by itself: whoever ran then has failed, the others have not run. */
  #onExit(): void {
    if (this.#state === 'ended') return;
    const now = Date.now();
    let isHead = true;
    for (const [n, running] of this.#running) {
      const isSuspect = running.mode === 'jspi' || isHead;
      if (running.mode === 'sync') isHead = false;
      if (!isSuspect) continue;
      this.#running.delete(n);
      const error: ExecutionError = {
        code: 'memory',
        message: 'the sandbox ended while the job ran: out of memory, or crashed',
      };
      running.work.onOutcome(failure(error, running.sentAtMs, now - running.sentAtMs, running.hostCalls));
    }
    this.#end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearInterval(this.#check);
    this.#sandbox?.kill();
    // First leave the pool: what comes back as not run looks for a sandbox again at once.
    this.#options.onEnded();
    const left = [...this.#running.values(), ...this.#queue];
    this.#running.clear();
    this.#queue = [];
    for (const { work } of left) work.onOutcome({ kind: 'unrun' });
  }
}

function toOutcome(outcome: SandboxOutcome, { calls: { emitted }, hostCalls }: Running): Outcome {
  if (outcome.status === 'skipped') return { kind: 'unrun' };
  const base = {
    logs: outcome.logs.map(({ time, level, message }) => ({ time: new Date(time).toISOString(), level, message })),
    startedAtMs: outcome.startedAt,
    durationMs: outcome.durationMs,
    memoryBytes: outcome.memoryBytes,
    hostCalls,
  };
  if (outcome.status === 'ok')
    return { ...base, kind: 'ok', emitted, ...(outcome.result !== undefined && { result: outcome.result }) };
  return { ...base, kind: 'failed', emitted: [], error: { code: outcome.status, message: outcome.message ?? '' } };
}

function failure(error: ExecutionError, startedAtMs: number, durationMs: number, hostCalls = 0): Outcome {
  return { kind: 'failed', error, emitted: [], logs: [], startedAtMs, durationMs, memoryBytes: 0, hostCalls };
}
