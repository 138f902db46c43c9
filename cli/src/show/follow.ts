import type { Client } from '@jobico/client';
import type { Execution } from '@jobico/contract';

/** The last executions of a tenant, oldest first, then every new one until the process is interrupted. */
export async function* follow(client: Client, tenant: string, last: number): AsyncGenerator<Execution, void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    // Listening begins before looking back: what ends in between is in both, and shown once.
    const connected = Promise.withResolvers<void>();
    const watched = client.watch('execution.watch', { tenant }, interrupted.signal, connected.resolve);
    const coming = watched[Symbol.asyncIterator]();
    const next = coming.next();
    await Promise.race([connected.promise, next]);
    const seen = new Set<string>();
    if (last > 0) {
      const { items } = await client.call('execution.list', { tenant, limit: last });
      for (const execution of items.toReversed()) {
        seen.add(execution.id);
        yield execution;
      }
    }
    for (let step = await next; !step.done; step = await coming.next()) {
      if (!seen.delete(step.value.id)) yield step.value;
    }
  } finally {
    interrupt();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
