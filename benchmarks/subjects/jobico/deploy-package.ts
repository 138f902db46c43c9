import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@jobico/client';
import { buildComponent } from '@jobico/sdk/build';
import { deployFile } from 'jobico';

/** Builds the job and deploys the package; resolves once every module that runs has applied it. */
export async function deployPackage(ctlUrl: string, folder: string): Promise<void> {
  const here = join(folder, 'package');
  await mkdir(here);
  await copyFile(pathOf('package.yaml'), join(here, 'package.yaml'));
  await copyFile(pathOf('../../order/order.json'), join(here, 'order.json'));
  await buildComponent({ source: pathOf('sum-order.ts'), out: join(here, 'sum-order.wasm') });
  const context = { client: createClient({ url: ctlUrl }), tenant: undefined, progress: () => undefined };
  const { nodes } = await deployFile(context, join(here, 'package.yaml'));
  const late = nodes.filter(({ applied }) => !applied).map(({ module }) => module);
  if (late.length > 0) throw new Error(`the package was not applied in time by ${late.join(', ')}`);
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
