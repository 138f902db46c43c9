import { JobicoError, type Tenant } from '@jobico/contract';
import {
  listQueues,
  removeTenantData,
  stateOf,
  type DefinitionStore,
  type Nats,
  type TenantAccounts,
  type TenantStore,
  type TokenStore,
} from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import type { TenantLocks } from './tenant-locks.ts';

export interface TenantDeps {
  nats: Nats;
  store: DefinitionStore;
  tenants: TenantStore;
  tokens: TokenStore;
  locks: TenantLocks;
  accounts: TenantAccounts | undefined;
}

type TenantHandlers = Pick<Handlers, 'tenant.list' | 'tenant.create' | 'tenant.get' | 'tenant.delete'>;

export function createTenantHandlers(deps: TenantDeps): TenantHandlers {
  const { tenants, tokens, store, locks } = deps;
  const found = async (id: string): Promise<Tenant> => {
    const tenant = await tenants.get(id);
    if (tenant) return tenant;
    throw new JobicoError('not-found', `there is no tenant ${id}`, {
      hint: '`jobico tenant list` shows those that there are; `jobico tenant create` makes one.',
    });
  };
  return {
    'tenant.list': async (_input, { caller }) => ({
      items: (await tenants.list()).filter(({ id }) => caller.role === 'admin' || id === caller.tenant),
    }),
    'tenant.create': ({ tenant }) => tenants.create(tenant),
    async 'tenant.get'({ tenant: id }) {
      const tenant = await found(id);
      const { packages } = await store.list(id);
      const valid = (await tokens.list()).filter((token) => token.tenant === id && stateOf(token) === 'valid');
      return { ...tenant, packages: packages.length, tokens: valid.length };
    },
    'tenant.delete': ({ tenant: id }) =>
      locks(id, async () => {
        const tenant = await found(id);
        await assertUnused(deps, id);
        await deps.accounts?.remove(id);
        for (const token of await tokens.list()) if (token.tenant === id) await tokens.remove(token.id);
        await removeTenantData(deps.nats, id);
        await tenants.remove(id);
        return tenant;
      }),
  };
}

/** Its events and their outcomes would be lost with it. */
async function assertUnused({ nats, store }: TenantDeps, tenant: string): Promise<void> {
  const { packages } = await store.list(tenant);
  if (packages.length > 0) {
    throw new JobicoError('conflict', `tenant ${tenant} has packages: ${packages.map(({ id }) => id).join(', ')}`, {
      hint: `Remove them first: jobico undeploy <package> --tenant ${tenant}`,
    });
  }
  const waiting = (await listQueues(nats, tenant)).filter(({ pending }) => pending > 0);
  if (waiting.length === 0) return;
  throw new JobicoError('conflict', `events of tenant ${tenant} wait in ${waiting.map(({ id }) => id).join(', ')}`, {
    hint: 'They become dead letters shortly: try again then.',
  });
}
