import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@jobico/client';
import { buildComponent } from '@jobico/sdk/build';
import { deployFile } from 'jobico';

/** Builds the job and deploys the package; resolves once every module that runs has applied it. */
export async function deployPackage(ctlUrl: string, folder: string, token?: string): Promise<void> {
  const here = join(folder, 'package');
  await mkdir(here);
  await copyFile(pathOf('package.yaml'), join(here, 'package.yaml'));
  await copyFile(pathOf('../../order/order.json'), join(here, 'order.json'));
  await buildComponent({ source: pathOf('sum-order.ts'), out: join(here, 'sum-order.wasm') });
  await deployFrom(createClient({ url: ctlUrl, ...(token !== undefined && { token }) }), here);
}

/** The packages of `packages/` by the source of their job. */
const JOBS = {
  orders: 'sum-order.ts',
  slow: 'packages/slow/slow.ts',
  retrying: 'packages/retrying/retries.ts',
} as const;

/** Builds the job of a package once, and deploys the package to each tenant, one after the other. */
export async function deployToTenants(
  ctlUrl: string,
  folder: string,
  name: keyof typeof JOBS,
  tenants: readonly string[],
): Promise<void> {
  const here = join(folder, name);
  await mkdir(here, { recursive: true });
  await copyFile(pathOf('../../order/order.json'), join(here, 'order.json'));
  const source = pathOf(JOBS[name]);
  await buildComponent({ source, out: join(here, source.replace(/^.*[\\/]/, '').replace(/ts$/, 'wasm')) });
  const definition = await readFile(pathOf(`packages/${name}/package.yaml`), 'utf8');
  const client = createClient({ url: ctlUrl });
  for (const tenant of tenants) {
    await writeFile(join(here, 'package.yaml'), definition.replace(/^tenant: .*$/m, `tenant: ${tenant}`));
    await deployFrom(client, here);
  }
}

async function deployFrom(client: Client, folder: string): Promise<void> {
  const context = { client, tenant: undefined, progress: () => undefined };
  const { nodes } = await deployFile(context, join(folder, 'package.yaml'));
  const late = nodes.filter(({ applied }) => !applied).map(({ module }) => module);
  if (late.length > 0) throw new Error(`the package was not applied in time by ${late.join(', ')}`);
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
