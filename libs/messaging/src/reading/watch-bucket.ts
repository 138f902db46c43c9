import type { Logger } from '@jobico/telemetry';
import type { KV, KvWatchEntry } from '@nats-io/kv';

export interface BucketWatch {
  /** Calls back after each change. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

/**
 * Gives every entry of a bucket to `apply`, then each change as it comes. Resolves once what exists has been given. An
 * entry that cannot be read is logged and skipped.
 */
export async function watchBucket(bucket: KV, apply: (entry: KvWatchEntry) => void, log: Logger): Promise<BucketWatch> {
  const listeners = new Set<() => void>();
  const initial = Promise.withResolvers<void>();
  const { values, bucket: name } = await bucket.status();
  const watch = await bucket.watch();
  if (values === 0) initial.resolve();
  const watching = (async () => {
    for await (const entry of watch) {
      try {
        apply(entry);
      } catch (error) {
        const { key, revision } = entry;
        log.error({ bucket: name, key, revision, err: error }, 'entry cannot be read and is skipped');
      }
      if (entry.delta === 0) initial.resolve();
      for (const listener of listeners) listener();
    }
  })();
  await initial.promise;
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      listeners.clear();
      watch.stop();
      await watching;
    },
  };
}
