import type { Logger } from '@jobico/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { isEntry } from './last-messages.ts';
import { keepFollowing } from './follow-stream.ts';

/** What a bucket holds under a key since a revision. */
export interface BucketEntry {
  key: string;
  revision: number;
  /** Undefined where the key was deleted. */
  value?: JsMsg;
}

export interface BucketWatch {
  /** Calls back after each change. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

/**
 * Gives every entry of a bucket to `apply`, then each change as it comes. Resolves once what exists has been given. An
 * entry that cannot be read is logged and skipped. The client's own watch hears nothing for ten seconds where nats-server
 * has lost its consumer: it waits for two heartbeats that do not come.
 */
export async function watchBucket(
  nats: Nats,
  bucket: string,
  apply: (entry: BucketEntry) => void,
  log: Logger,
): Promise<BucketWatch> {
  const listeners = new Set<() => void>();
  const initial = Promise.withResolvers<void>();
  const prefix = `$KV.${bucket}.`;
  const onMessage = (message: JsMsg) => {
    try {
      const key = message.subject.slice(prefix.length);
      apply({ key, revision: message.seq, ...(isEntry(message.headers) && { value: message }) });
    } finally {
      if (message.info.pending === 0) initial.resolve();
      for (const listener of listeners) listener();
    }
  };
  const from = { filter_subjects: [`${prefix}>`], deliver_policy: 'last_per_subject' as const };
  const following = await keepFollowing(nats, `KV_${bucket}`, from, onMessage, log);
  if (following.stored === 0) initial.resolve();
  await initial.promise;
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      listeners.clear();
      await following.stop();
    },
  };
}
