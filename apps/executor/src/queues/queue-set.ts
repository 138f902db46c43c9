import { findQueues, trimQueue, wakeParkedQueues, type FoundConsumer, type QueueAddress } from '@jobico/messaging';
import { workOrderedQueue } from './ordered-queue.ts';
import type { QueueDeps, QueueWorker } from './queue-worker.ts';
import { workUnorderedQueue } from './unordered-queue.ts';

/** Works every queue that exists, each partition of it by itself: those that packages declare, and those that still hold events of packages that are gone. */
export interface QueueSet {
  /** Events that are delivered here and not settled. */
  readonly inFlight: number;
  /** Ordered queues, or partitions of such, that this executor has. */
  readonly pinned: number;
  /** Ordered queues that it gave away a moment ago. */
  readonly resting: number;
  /** Up to this revision of the definitions, nothing runs any more that they say is paused. */
  readonly restRevision: number;
  /** Lets other executors have as many ordered queues, for a while. */
  release(count: number): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

const LOOK_MS = 10_000;
const TRIM_MS = 30_000;
const RELEASE_GRACE_MS = 5000;
/** A released queue is left to the others for as long; then this executor stands by for it again. */
const REST_MS = 2000;

/** Starts working the queues that there are, and follows as they come and go. `onRest`: what was paused has come to rest. */
export async function createQueueSet(deps: QueueDeps, onRest: () => void = () => undefined): Promise<QueueSet> {
  const set = new WorkedQueues(deps, onRest);
  await set.look();
  const forget = deps.definitions.onChange(() => {
    set.pausesChanged();
    void set.look();
  });
  const forgetReconnect = deps.nats.onReconnect(() => void set.look());
  const looking = setInterval(() => void set.look(), LOOK_MS);
  const waking = setInterval(() => void set.wake(), LOOK_MS);
  void set.wake();
  const trimming = setInterval(() => void set.trim(), TRIM_MS);
  return {
    get inFlight() {
      return set.inFlight;
    },
    get pinned() {
      return set.pinned.length;
    },
    get resting() {
      return set.resting;
    },
    get restRevision() {
      return set.restRevision;
    },
    release: (count) => set.release(count),
    async stop(graceMs) {
      forget();
      forgetReconnect();
      clearInterval(looking);
      clearInterval(waking);
      clearInterval(trimming);
      await set.stop(graceMs);
    },
  };
}

interface Worked {
  found: FoundConsumer;
  worker: QueueWorker;
}

class WorkedQueues {
  readonly #deps: QueueDeps;
  readonly #workers = new Map<string, Worked>();
  /** Queues that were released a moment ago. */
  readonly #resting = new Set<string>();
  /** Of queues that are paused: what runs there ends, and then they are given back. */
  readonly #leaving = new Map<string, Worked>();
  /** Queues that are paused: they are not worked, so that nothing of them counts as delivered. */
  readonly #paused = new Set<string>();
  readonly #onRest: () => void;
  #restRevision = 0;
  #isStopped = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(deps: QueueDeps, onRest: () => void) {
    this.#deps = deps;
    this.#onRest = onRest;
  }

  get restRevision(): number {
    if (this.#leaving.size === 0) this.#restRevision = this.#deps.definitions.revision;
    return this.#restRevision;
  }

  get inFlight(): number {
    let sum = 0;
    for (const { worker } of [...this.#workers.values(), ...this.#leaving.values()]) sum += worker.inFlight;
    return sum;
  }

  get resting(): number {
    return this.#resting.size;
  }

  get pinned(): Worked[] {
    return [...this.#workers.values()].filter(({ worker }) => worker.isPinned);
  }

  /** The least busy first: handing over costs what is under way. */
  async release(count: number): Promise<void> {
    const released = this.pinned.toSorted((a, b) => a.worker.inFlight - b.worker.inFlight).slice(0, count);
    await Promise.all(
      released.map(async (worked) => {
        const { tenant, queue, name: consumer } = worked.found;
        const name = nameOf(worked.found);
        this.#workers.delete(name);
        this.#resting.add(name);
        await worked.worker
          .stop(RELEASE_GRACE_MS)
          .catch((error: unknown) =>
            this.#deps.log.warn({ err: error, tenant, queue, consumer }, 'released queue was not left cleanly'),
          );
        setTimeout(() => {
          this.#resting.delete(name);
          void this.look();
        }, REST_MS);
        this.#deps.log.info({ tenant, queue, consumer }, 'queue released to other executors');
      }),
    );
  }

  pausesChanged(): void {
    for (const [name, worked] of this.#workers) {
      worked.worker.pausesChanged();
      if (this.#isAtRest(worked.found)) this.#leave(name, worked);
    }
  }

  #isAtRest({ tenant, queue }: QueueAddress): boolean {
    return this.#deps.definitions.isAtRest(tenant, queue);
  }

  /** Who works a queue has fetched events of it: they would count as begun if this process were killed. */
  #leave(name: string, worked: Worked): void {
    this.#workers.delete(name);
    this.#leaving.set(name, worked);
    const left = () => {
      this.#leaving.delete(name);
      if (this.#leaving.size === 0) this.#onRest();
      void this.look();
    };
    worked.worker.stop(Infinity).then(left, (error: unknown) => {
      this.#deps.log.warn({ err: error, queue: name }, 'paused queue was not left cleanly');
      left();
    });
  }

  /** Brings the workers in line with the queues that exist. Calls while it runs make it run once more. */
  async look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilCurrent().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async #lookUntilCurrent(): Promise<void> {
    while (this.#lookAgain && !this.#isStopped) {
      this.#lookAgain = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'queues could not be listed');
      }
    }
  }

  async #lookOnce(): Promise<void> {
    const existing = await findQueues(this.#deps.nats);
    const names = new Set(existing.map(nameOf));
    for (const [name, { worker }] of this.#workers) {
      if (names.has(name)) continue;
      this.#workers.delete(name);
      await worker.stop(0);
    }
    for (const name of this.#paused) if (!names.has(name)) this.#paused.delete(name);
    await Promise.all(existing.map((found) => this.#work(found)));
  }

  /** A queue whose ordering changed is another one by its name. */
  async #work(found: FoundConsumer): Promise<void> {
    const name = nameOf(found);
    if (this.#isStopped || this.#resting.has(name) || this.#workers.has(name) || this.#leaving.has(name)) return;
    if (this.#isAtRest(found)) {
      this.#paused.add(name);
      return;
    }
    try {
      const worker = found.isOrdered
        ? workOrderedQueue(this.#deps, found)
        : workUnorderedQueue(this.#deps, found.tenant, found.queue);
      this.#workers.set(name, { found, worker: await worker });
      // It may have been paused while it was begun.
      if (this.#isAtRest(found)) this.pausesChanged();
      else if (this.#paused.delete(name)) void this.wake(`resumed-${this.#deps.definitions.revision}`);
    } catch (error) {
      const { tenant, queue, name: consumer } = found;
      this.#deps.log.warn({ err: error, tenant, queue, consumer }, 'queue cannot be worked yet');
    }
  }

  #workersOf({ tenant, queue }: QueueAddress): QueueWorker[] {
    const all = [...this.#workers.values()].filter(({ found }) => found.tenant === tenant && found.queue === queue);
    return all.map(({ worker }) => worker);
  }

  async wake(reason?: string): Promise<void> {
    const isMeant = (address: QueueAddress) => !this.#isAtRest(address);
    try {
      for (const address of await wakeParkedQueues(this.#deps.nats, isMeant, reason)) {
        for (const worker of this.#workersOf(address)) if (worker.isPinned) await worker.resumeParked();
      }
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'parked queues could not be woken');
    }
  }

  /** Queues keep settled events for replays; they must not take the room of new ones. */
  async trim(): Promise<void> {
    const queues = new Map([...this.#workers.values()].map(({ found }) => [`${found.tenant}/${found.queue}`, found]));
    for (const { tenant, queue } of queues.values()) {
      await trimQueue(this.#deps.nats, tenant, queue).catch((error: unknown) =>
        this.#deps.log.warn({ err: error, tenant, queue }, 'queue could not be trimmed'),
      );
    }
  }

  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    await this.#looking;
    const all = [...this.#workers.values(), ...this.#leaving.values()];
    await Promise.all(all.map(({ worker }) => worker.stop(graceMs)));
    this.#workers.clear();
  }
}

const nameOf = ({ tenant, queue, name, isOrdered }: FoundConsumer) =>
  `${tenant}/${queue}/${isOrdered ? name : 'unordered'}`;
