import { Type, type Static } from 'typebox';
import { closed, operation, tenant } from './operation.ts';

const most = (maximum: number, description: string) =>
  Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum }), Type.Null()], {
      description,
      allowed: `an integer from 1 to ${maximum}, or null for none`,
    }),
  );

const fields = {
  eventsPerSecond: most(1_000_000, 'Events that all listeners together take in a second.'),
  bytesPerSecond: most(10_000_000_000, 'Bytes of payloads that they take in a second.'),
  eventBytes: most(1 << 20, 'Bytes of one payload; beyond it 413.'),
  pendingEvents: most(1_000_000_000, 'Events that may wait in the queues of the tenant.'),
};

/** What a tenant may send. What is absent is not limited. */
export const TenantLimits = Type.Object({
  eventsPerSecond: Type.Optional(Type.Integer()),
  bytesPerSecond: Type.Optional(Type.Integer()),
  eventBytes: Type.Optional(Type.Integer()),
  pendingEvents: Type.Optional(Type.Integer()),
});
export type TenantLimits = Static<typeof TenantLimits>;

export const tenantLimitOperations = {
  'tenant.limits.get': operation({
    summary: 'Shows what a tenant may send',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/limits',
    input: Type.Object({ tenant }, closed),
    output: TenantLimits,
  }),
  'tenant.limits.set': operation({
    summary:
      'Limits what a tenant may send; live in every listener at once. What is left out stays, null takes a limit away',
    role: 'admin',
    method: 'PUT',
    path: '/v1/tenants/{tenant}/limits',
    input: Type.Object({ tenant, ...fields }, closed),
    output: TenantLimits,
  }),
};
