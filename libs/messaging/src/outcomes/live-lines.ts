import type { LiveLines } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { logSubject } from '../subjects.ts';

/**
 * Stores lines of an execution that runs, for those who watch, and drops them after `keptMs`: its record has them again.
 * Throws what {@link Nats.publisher} throws; nothing depends on it.
 */
export async function publishLiveLines({ publisher }: Nats, live: LiveLines, keptMs: number): Promise<void> {
  const subject = logSubject(live.tenant, live);
  await publisher.publish(subject, JSON.stringify(live), [['Nats-TTL', `${Math.ceil(keptMs / 1000)}s`]]);
}
