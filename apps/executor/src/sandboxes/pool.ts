import type { QueuedEvent } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { HostServices } from '../host/host-services.ts';
import type { LiveLogs } from '../live-logs.ts';
import type { Work } from '../work.ts';
import type { Components } from './components.ts';
import { TenantSandbox, type SandboxFactory } from './tenant-sandbox.ts';
import { WaitingTenants } from './waiting-tenants.ts';

/** Events that run one after another, in the order they are sent. */
export interface SandboxLane {
  /** Every work sent gets one outcome. */
  send(work: Work): void;
  /** Nothing more is sent. What has not gone to the sandbox comes back as not run. */
  close(): void;
  /** The same, and what has gone to the sandbox and has not started there comes back too. */
  recall(): void;
  /** The same; and an attempt of this event that was sent here and has started is ended by force. */
  cancel(event: QueuedEvent): void;
}

/** The sandbox processes of this executor. Each serves one tenant until it is replaced. */
export interface SandboxPool {
  openLane(tenant: string): SandboxLane;
  readonly size: number;
  stop(): Promise<void>;
}

export interface PoolOptions {
  components: Components;
  hostServices: HostServices;
  liveLogs: LiveLogs;
  startSandbox: SandboxFactory;
  log: Logger;
  /** Processes that may live at once. */
  maxSandboxes: number;
  /** Of them, for one tenant. */
  maxPerTenant: number;
  /** Milliseconds between two replacements of a sandbox that is in use. */
  recycleMs: number;
}

/** A sandbox that has had nothing to do for so long is free for whoever needs one. */
const UNUSED_MS = 5000;
/** One that is in use serves its tenant for so long at least. */
const SERVES_MS = 1000;

/**
 * Sandboxes by tenant. An active tenant keeps its own; when all are taken, the one that has been unused longest is replaced.
 * If none is unused, there are more active tenants than sandboxes, and tenants take turns: now and then the sandbox that has
 * served longest takes nothing more, and the tenant that has waited longest comes in its place. Were a sandbox replaced
 * for every event that finds none, all of them would be starting and none would run; were it replaced only when it has
 * nothing to do, a tenant that floods would keep it for good. A replaced or dead sandbox is never reused.
 */
export function createSandboxPool(options: PoolOptions): SandboxPool {
  return new Pool(options);
}

class Pool implements SandboxPool {
  readonly #options: PoolOptions;
  readonly #byTenant = new Map<string, TenantSandbox[]>();
  readonly #waiting = new WaitingTenants<TenantSandbox>();
  #laneNumber = 0;
  #recycledAtMs = -Infinity;
  #recycling: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    let sum = 0;
    for (const sandboxes of this.#byTenant.values()) sum += sandboxes.length;
    return sum;
  }

  openLane(tenant: string): SandboxLane {
    const number = (this.#laneNumber += 1);
    // Who waits already comes first.
    let sandbox = this.#waiting.has(tenant) ? undefined : this.#sandboxFor(tenant);
    let held: Work[] = [];
    let isClosed = false;
    const assign = (assigned: TenantSandbox) => {
      sandbox = assigned;
      const works = held;
      held = [];
      for (const work of works) assigned.send(number, work);
    };
    if (!sandbox) this.#wait(tenant, assign);
    const close = () => {
      isClosed = true;
      if (!sandbox) this.#waiting.leave(tenant, assign);
      sandbox?.closeLane(number);
      const unsent = held;
      held = [];
      for (const work of unsent) work.onOutcome({ kind: 'unrun' });
    };
    return {
      send: (work) => {
        if (this.#isStopped || isClosed) work.onOutcome({ kind: 'unrun' });
        else if (sandbox) sandbox.send(number, work);
        else held.push(work);
      },
      close,
      recall: () => {
        sandbox?.recallLane(number);
        close();
      },
      cancel: (event) => {
        sandbox?.cancel(number, event);
        close();
      },
    };
  }

  #sandboxFor(tenant: string): TenantSandbox | undefined {
    const own = (this.#byTenant.get(tenant) ?? []).filter(({ isLeaving }) => !isLeaving);
    let best: TenantSandbox | undefined;
    for (const sandbox of own) if (!best || sandbox.load < best.load) best = sandbox;
    if (best && (best.load === 0 || own.length >= this.#options.maxPerTenant)) return best;
    if (this.size < this.#options.maxSandboxes || this.#replaceUnused()) return this.#start(tenant);
    return best;
  }

  /** Ends the sandbox that has been unused longest, if there is one. */
  #replaceUnused(): boolean {
    let oldest: TenantSandbox | undefined;
    for (const sandbox of this.#all()) {
      if (sandbox.load === 0 && (!oldest || sandbox.idleSinceMs < oldest.idleSinceMs)) oldest = sandbox;
    }
    if (!oldest || Date.now() - oldest.idleSinceMs < UNUSED_MS) return false;
    this.#forget(oldest);
    void oldest.retire();
    return true;
  }

  #start(tenant: string): TenantSandbox {
    const { components, hostServices, liveLogs, log, startSandbox } = this.#options;
    const sandbox = new TenantSandbox({
      tenant,
      components,
      hostServices,
      liveLogs,
      startSandbox,
      log: log.child({ tenant }),
      onEnded: () => {
        this.#forget(sandbox);
        this.#serveWaiting();
      },
    });
    this.#byTenant.set(tenant, [...(this.#byTenant.get(tenant) ?? []), sandbox]);
    return sandbox;
  }

  #all(): TenantSandbox[] {
    return [...this.#byTenant.values()].flat();
  }

  #forget(sandbox: TenantSandbox): void {
    const own = (this.#byTenant.get(sandbox.tenant) ?? []).filter((other) => other !== sandbox);
    if (own.length > 0) this.#byTenant.set(sandbox.tenant, own);
    else this.#byTenant.delete(sandbox.tenant);
  }

  #wait(tenant: string, assign: (sandbox: TenantSandbox) => void): void {
    this.#waiting.join(tenant, assign);
    this.#recycleSoon();
  }

  #serveWaiting(): void {
    while (!this.#isStopped) {
      const tenant = this.#waiting.first;
      const sandbox = tenant === undefined ? undefined : this.#sandboxFor(tenant);
      if (tenant === undefined || !sandbox) return;
      for (const assign of this.#waiting.take(tenant)) assign(sandbox);
    }
  }

  /** As long as a tenant waits, looks now and then whose turn has lasted long enough. */
  #recycleSoon(): void {
    if (this.#recycling || this.#isStopped) return;
    const { recycleMs } = this.#options;
    const again = () => {
      this.#recycling = undefined;
      this.#serveWaiting();
      if (this.#waiting.size === 0) return;
      this.#recycle();
      this.#recycleSoon();
    };
    this.#recycling = setTimeout(again, Math.max(0, Math.min(recycleMs, this.#recycledAtMs + recycleMs - Date.now())));
  }

  #recycle(): void {
    const now = Date.now();
    const all = this.#all();
    const leaving = all.filter(({ isLeaving }) => isLeaving).length;
    if (leaving >= this.#waiting.size || now - this.#recycledAtMs < this.#options.recycleMs) return;
    let longest: TenantSandbox | undefined;
    for (const sandbox of all) {
      if (!sandbox.isLeaving && sandbox.servesSinceMs < (longest?.servesSinceMs ?? now - SERVES_MS)) longest = sandbox;
    }
    if (!longest) return;
    this.#recycledAtMs = now;
    this.#options.log.debug({ tenant: longest.tenant, waiting: this.#waiting.size }, 'sandbox makes room');
    longest.leave();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#recycling);
    this.#waiting.clear();
    await Promise.all(this.#all().map((sandbox) => sandbox.retire()));
  }
}
