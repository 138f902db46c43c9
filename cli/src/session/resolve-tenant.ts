import type { Client } from '@jobico/client';
import { isId, JobicoError } from '@jobico/contract';

/** The tenant that was named, else the only one that exists; throws `usage` when that is not clear. */
export async function resolveTenant(client: Client, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const text: unknown = named;
    if (isId(text)) return text;
    throw new JobicoError('usage', `not a tenant: ${named}`, {
      hint: 'Tenants are named with lower-case letters, digits and dashes, 1 to 63 of them.',
    });
  }
  const { items } = await client.call('tenant.list', {});
  const [only, ...others] = items.map(({ id }) => id);
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) {
    throw new JobicoError('not-found', 'there is no tenant yet', {
      hint: 'A deploy makes the tenant of its package: jobico deploy <file.yaml>',
    });
  }
  throw new JobicoError('usage', `which tenant? There are ${[only, ...others].join(', ')}`, {
    hint: 'Name one with --tenant, or set JOBICO_TENANT.',
  });
}
