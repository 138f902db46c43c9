import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@jobico/client';
import { deployFile } from 'jobico';

/** The tenants whose job has never run. */
export const coldTenants = (count: number): string[] => Array.from({ length: count }, (_, index) => `cold-${index}`);

/**
 * Deploys the job that is in `folder` already to each tenant, for each as a component of its own: one more section that
 * means nothing makes other bytes of it, so nobody has any of it loaded, compiled or fetched because of another.
 */
export async function deployCold(ctlUrl: string, folder: string, tenants: readonly string[]): Promise<void> {
  const definition = await readFile(new URL('cold.yaml', import.meta.url), 'utf8');
  const component = await readFile(join(folder, 'package', 'sum-order.wasm'));
  const context = { client: createClient({ url: ctlUrl }), tenant: undefined, progress: () => undefined };
  for (const tenant of tenants) {
    const here = join(folder, tenant);
    await mkdir(here);
    await cp(join(folder, 'package', 'order.json'), join(here, 'order.json'));
    await writeFile(join(here, 'package.yaml'), definition.replace(/^tenant: .*$/m, `tenant: ${tenant}`));
    await writeFile(join(here, 'sum-order.wasm'), Buffer.concat([component, customSection(tenant)]));
    const { nodes } = await deployFile(context, join(here, 'package.yaml'));
    if (nodes.some(({ applied }) => !applied)) throw new Error(`the package of ${tenant} was not applied in time`);
  }
}

/** A section of WebAssembly that holds a name and nothing else; shorter than 128 bytes, so its lengths are single bytes. */
function customSection(name: string): Buffer {
  const bytes = Buffer.from(name);
  return Buffer.concat([Buffer.from([0, bytes.length + 1, bytes.length]), bytes]);
}
