import { listQueues, type DefinitionStore, type Nats, type ScheduleStore } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { TenantLocks } from '../tenants/tenant-locks.ts';
import { reconcileSchedules } from '../schedules/reconcile-schedules.ts';
import { reconcileQueues } from './queues.ts';

export interface ReconcileDeps {
  nats: Nats;
  store: DefinitionStore;
  schedules: ScheduleStore;
  locks: TenantLocks;
  log: Logger;
  /** Between two looks at the queues that still have to be drained. Default 5,000. */
  intervalMs?: number | undefined;
}

/** Keeps the streams and the schedules of all tenants at what the definitions say. */
export interface Reconciler {
  /** Brings one tenant up to date, under its lock; what fails now is tried again later. */
  reconcile(tenant: string): Promise<void>;
  /** Looks at every tenant once, and from then on at those that have something left to drain. */
  start(): void;
  stop(): Promise<void>;
}

const INTERVAL_MS = 5000;

export function createReconciler({
  nats,
  store,
  schedules,
  locks,
  log,
  intervalMs = INTERVAL_MS,
}: ReconcileDeps): Reconciler {
  const unfinished = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  const reconcile = async (tenant: string) => {
    try {
      await reconcileSchedules(schedules, store, tenant);
      if (await reconcileQueues(nats, store, tenant)) unfinished.add(tenant);
      else unfinished.delete(tenant);
    } catch (error) {
      unfinished.add(tenant);
      if (!isStopped) log.warn({ err: error, tenant }, 'queues and schedules could not be reconciled; trying again');
    }
  };

  const look = async (tenants: Iterable<string>) => {
    for (const tenant of tenants) {
      if (isStopped) return;
      await locks(tenant, () => reconcile(tenant));
    }
  };

  const lookAtAll = async () => {
    // A deploy that was killed may have left queues of a tenant that no definition knows.
    const queues = await listQueues(nats);
    const tenants = await store.tenants();
    await look(new Set([...queues.map(({ tenant }) => tenant), ...tenants.map(({ id }) => id)]));
  };

  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = look([...unfinished]).then(schedule);
    }, intervalMs);
  };

  return {
    reconcile,
    start() {
      running = lookAtAll()
        .catch((error: unknown) => log.warn({ err: error }, 'tenants could not be listed'))
        .then(schedule);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
