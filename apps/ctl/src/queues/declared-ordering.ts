import { queueOf, type Ordering } from '@jobico/contract';
import type { DefinitionStore } from '@jobico/messaging';

/** How a queue orders its events, as part of a filter; nothing where no live package declares the queue any more. */
export async function declaredOrdering(
  store: DefinitionStore,
  tenant: string,
  queue: string,
): Promise<{ ordering?: Ordering }> {
  const { packages } = await store.list(tenant);
  const declared = packages.flatMap(({ definition }) => definition.queues).find(({ id }) => id === queue);
  return declared ? { ordering: queueOf(declared).ordering } : {};
}
