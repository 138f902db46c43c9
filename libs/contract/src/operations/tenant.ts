import { Type, type Static } from 'typebox';
import { closed, operation, page, tenant } from './operation.ts';

const Tenant = Type.Object({ id: Type.String(), createdAt: Type.String({ format: 'date-time' }) });
export type Tenant = Static<typeof Tenant>;

export const tenantOperations = {
  'tenant.list': operation({
    summary: 'Lists the tenants that the caller may see',
    role: 'anyone',
    method: 'GET',
    path: '/v1/tenants',
    input: Type.Object({}, closed),
    output: page(Tenant),
  }),
  'tenant.create': operation({
    summary: 'Makes a tenant known, so that tokens can be given for it',
    role: 'admin',
    method: 'POST',
    path: '/v1/tenants',
    input: Type.Object({ tenant }, closed),
    output: Tenant,
  }),
  'tenant.get': operation({
    summary: 'Shows a tenant',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    input: Type.Object({ tenant }, closed),
    output: Type.Object({
      ...Tenant.properties,
      packages: Type.Integer({ description: 'Packages that are deployed.' }),
      tokens: Type.Integer({ description: 'Tokens that are valid.' }),
    }),
  }),
  'tenant.delete': operation({
    summary: 'Removes a tenant without packages: its files, key-value data, records, dead letters and tokens',
    role: 'admin',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}',
    input: Type.Object({ tenant }, closed),
    output: Tenant,
  }),
};
