import type { TenantLimitStore } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export interface TenantLimitDeps {
  tenantLimits: TenantLimitStore;
}

export function createTenantLimitHandlers({
  tenantLimits,
}: TenantLimitDeps): Pick<Handlers, 'tenant.limits.get' | 'tenant.limits.set'> {
  return {
    'tenant.limits.get': ({ tenant }) => tenantLimits.get(tenant),
    'tenant.limits.set': ({ tenant, ...changes }) => tenantLimits.set(tenant, changes),
  };
}
