import type { Logger } from '@jobico/telemetry';
import type { HostServices } from '../host/host-services.ts';
import type { LiveLogs } from '../live-logs.ts';
import type { Work } from '../work.ts';
import type { Components } from './components.ts';
import { TenantSandbox, type SandboxFactory } from './tenant-sandbox.ts';

/** Events that run one after another, in the order they are sent. */
export interface SandboxLane {
  /** Every work sent gets one outcome. */
  send(work: Work): void;
  /** Nothing more is sent. What has not gone to the sandbox comes back as not run. */
  close(): void;
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
}

/**
 * Sandboxes by tenant. An active tenant keeps its own; when all are taken, the one that has been idle longest is replaced,
 * and a tenant that finds none waits for one. A replaced or dead sandbox is never reused.
 */
export function createSandboxPool(options: PoolOptions): SandboxPool {
  return new Pool(options);
}

class Pool implements SandboxPool {
  readonly #options: PoolOptions;
  readonly #byTenant = new Map<string, TenantSandbox[]>();
  /** Lanes of tenants that have no sandbox because all are busy, in the order they came. */
  readonly #waiting: { tenant: string; assign: (sandbox: TenantSandbox) => void }[] = [];
  #laneNumber = 0;
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
    let sandbox = this.#sandboxFor(tenant);
    let held: Work[] = [];
    let isClosed = false;
    const assign = (assigned: TenantSandbox) => {
      if (isClosed) return;
      sandbox = assigned;
      for (const work of held) assigned.send(number, work);
      held = [];
    };
    if (!sandbox) this.#waiting.push({ tenant, assign });
    return {
      send: (work) => {
        if (this.#isStopped || isClosed) work.onOutcome({ kind: 'unrun' });
        else if (sandbox) sandbox.send(number, work);
        else held.push(work);
      },
      close: () => {
        isClosed = true;
        sandbox?.closeLane(number);
        const unsent = held;
        held = [];
        for (const work of unsent) work.onOutcome({ kind: 'unrun' });
      },
    };
  }

  #sandboxFor(tenant: string): TenantSandbox | undefined {
    const own = this.#byTenant.get(tenant) ?? [];
    let best: TenantSandbox | undefined;
    for (const sandbox of own) if (!best || sandbox.load < best.load) best = sandbox;
    if (best && (best.load === 0 || own.length >= this.#options.maxPerTenant)) return best;
    if (this.size < this.#options.maxSandboxes || this.#replaceIdle()) return this.#start(tenant);
    return best;
  }

  /** Ends the sandbox that has been idle longest, if one is idle. */
  #replaceIdle(): boolean {
    let oldest: TenantSandbox | undefined;
    for (const sandboxes of this.#byTenant.values()) {
      for (const sandbox of sandboxes) {
        if (sandbox.load === 0 && (!oldest || sandbox.idleSinceMs < oldest.idleSinceMs)) oldest = sandbox;
      }
    }
    if (!oldest) return false;
    void oldest.retire();
    this.#remove(oldest);
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
      onEnded: () => this.#remove(sandbox),
      onIdle: () => this.#serveWaiting(),
    });
    this.#byTenant.set(tenant, [...(this.#byTenant.get(tenant) ?? []), sandbox]);
    return sandbox;
  }

  #remove(sandbox: TenantSandbox): void {
    const own = (this.#byTenant.get(sandbox.tenant) ?? []).filter((other) => other !== sandbox);
    if (own.length > 0) this.#byTenant.set(sandbox.tenant, own);
    else this.#byTenant.delete(sandbox.tenant);
    this.#serveWaiting();
  }

  #serveWaiting(): void {
    while (this.#waiting.length > 0 && !this.#isStopped) {
      const [first] = this.#waiting;
      const sandbox = first && this.#sandboxFor(first.tenant);
      if (!first || !sandbox) return;
      this.#waiting.shift();
      first.assign(sandbox);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.length = 0;
    const all = [...this.#byTenant.values()].flat();
    await Promise.all(all.map((sandbox) => sandbox.retire()));
  }
}
