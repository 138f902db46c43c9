import type { DefinitionStore } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export function createTenantHandlers({ store }: { store: DefinitionStore }): Pick<Handlers, 'tenant.list'> {
  return { 'tenant.list': async () => ({ items: await store.tenants() }) };
}
