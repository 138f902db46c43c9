import { listQueues, storageUse, type Nats, type QueueState } from '@jobico/messaging';
import type { Metrics, Sample } from '@jobico/telemetry';

export interface PlatformMetricsOptions {
  nats: Nats;
  /** Queues that are told one by one; what the others hold together has the name `_other`. */
  maxQueues: number;
}

/** The queues are looked at no more often, however many ask. */
const KEPT_MS = 5000;
const OTHER = '_other';

/** What NATS holds for the platform, read when it is asked for. */
export function tellPlatform(metrics: Metrics, { nats, maxQueues }: PlatformMetricsOptions): void {
  const queues = kept(async () => await listQueues(nats));
  const storage = kept(async () => await storageUse(nats));
  metrics.read('jobico_queues', async () => (await queues()).length);
  metrics.read('jobico_queue_pending', async () => pendingSamples(await queues(), maxQueues));
  metrics.read('jobico_dead_letters', async () => (await storage()).deadLetters);
  metrics.read('jobico_storage_bytes', async () => (await storage()).bytes);
}

/** The fullest ones by name, in the order of their names. */
export function pendingSamples(
  queues: readonly Pick<QueueState, 'tenant' | 'id' | 'pending'>[],
  most: number,
): Sample[] {
  const byPending = queues.toSorted((a, b) => b.pending - a.pending);
  const named = byPending.slice(0, most).toSorted((a, b) => (a.tenant + a.id < b.tenant + b.id ? -1 : 1));
  const samples = named.map(({ tenant, id, pending }) => ({ labels: { tenant, queue: id }, value: pending }));
  const others = byPending.slice(most);
  if (others.length === 0) return samples;
  const value = others.reduce((sum, { pending }) => sum + pending, 0);
  return [...samples, { labels: { tenant: OTHER, queue: OTHER }, value }];
}

function kept<T>(read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > KEPT_MS) last = { at: performance.now(), value: read() };
    return last.value;
  };
}
