import type { Client } from '@jobico/client';
import { packageOf, storeComponent } from './control-plane.ts';

/** Deploys the package `shop` of a component that answers with its event. */
export async function deployEcho(client: Client, tenant: string): Promise<void> {
  await storeComponent(client, tenant);
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
}
