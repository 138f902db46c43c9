import type { Client } from '@jobico/client';
import type { Followed } from '@jobico/contract';
import { interruptible } from './interruptible.ts';

/**
 * The last executions of a tenant, oldest first, then every new one until the process is interrupted, and before its
 * record what a long one logs while it runs.
 */
export function follow(client: Client, tenant: string, last: number): AsyncGenerator<Followed, void> {
  return interruptible((signal) => lastAndComing(client, tenant, last, signal));
}

async function* lastAndComing(client: Client, tenant: string, last: number, signal: AbortSignal) {
  // Listening begins before looking back: what ends in between is in both, and shown once.
  const connected = Promise.withResolvers<void>();
  const followed = client.watch('execution.follow', { tenant }, signal, connected.resolve);
  const coming = followed[Symbol.asyncIterator]();
  const next = coming.next();
  await Promise.race([connected.promise, next]);
  const seen = new Set<string>();
  if (last > 0) {
    const { items } = await client.call('execution.list', { tenant, limit: last });
    for (const execution of items.toReversed()) {
      seen.add(execution.id);
      yield { execution };
    }
  }
  for (let step = await next; !step.done; step = await coming.next()) {
    const { value } = step;
    if ('live' in value ? !seen.has(value.live.execution) : !seen.delete(value.execution.id)) yield value;
  }
}
