import type { OperationOutput } from '@jobico/contract';
import { table } from '../output/table.ts';

type Item<N extends 'tenant.list' | 'token.list'> = OperationOutput<N>['items'][number];

/** `2026-11-21T10:46:03.123Z` to the minute. */
const minute = (time: string | undefined) => (time === undefined ? '' : `${time.slice(0, 16)}Z`);

export function tenantTable(tenants: readonly Item<'tenant.list'>[]): string {
  if (tenants.length === 0) return 'There is no tenant yet: jobico tenant create <tenant>';
  return table(tenants, [
    { header: 'TENANT', value: ({ id }) => id },
    { header: 'SINCE', value: ({ createdAt }) => minute(createdAt) },
  ]);
}

export function tokenTable(tokens: readonly Item<'token.list'>[]): string {
  if (tokens.length === 0) return 'There is no token: jobico token create';
  return table(tokens, [
    { header: 'ID', value: ({ id }) => id, shrinks: 'never' },
    { header: 'TENANT', value: ({ tenant }) => tenant ?? '-', shrinks: 'first' },
    { header: 'ROLE', value: ({ role }) => role },
    { header: 'FOR', value: ({ kind }) => kind },
    { header: 'NAME', value: ({ name }) => name, shrinks: 'first' },
    { header: 'STATE', value: ({ state }) => state },
    { header: 'UNTIL', value: ({ expiresAt }) => expiresAt.slice(0, 10) },
    { header: 'LAST USED', value: ({ lastUsedAt }) => minute(lastUsedAt), isExtra: true },
    { header: 'STARTS', value: ({ start }) => start, isExtra: true },
  ]);
}
