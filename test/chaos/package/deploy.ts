import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@jobico/client';
import { buildComponent } from '@jobico/sdk/build';
import { deployFile } from 'jobico';

export const TENANT = 'chaos';
/** Queues by how they order their events; the first takes the load, the others what comes of it. */
export const QUEUES = ['keyed', 'strict', 'loose'] as const;
export type QueueName = (typeof QUEUES)[number];
/** Of the jobs of the load. */
export const MAXIMUM_ATTEMPTS = 8;

/** Builds the jobs and lays the package out in a folder, its first queue with as many partitions; answers its file. */
export async function layOutPackage(folder: string, partitions: number): Promise<string> {
  const here = join(folder, 'package');
  await mkdir(here, { recursive: true });
  await copyFile(sourceOf('told.json'), join(here, 'told.json'));
  const text = await readFile(sourceOf('package.yaml'), 'utf8');
  await writeFile(join(here, 'package.yaml'), text.replace('key: /key', `key: /key, partitions: ${partitions}`));
  for (const job of ['as-told', 'witness']) {
    await buildComponent({ source: sourceOf(`${job}.ts`), out: join(here, `${job}.wasm`) });
  }
  return join(here, 'package.yaml');
}

/** Deploys; answers the version, once every module has applied it. */
export async function deployPackage(ctlUrl: string, file: string): Promise<number> {
  const context = { client: createClient({ url: ctlUrl }), tenant: undefined, progress: () => undefined };
  const { nodes, version } = await deployFile(context, file);
  const late = nodes.filter(({ applied }) => !applied).map(({ module }) => module);
  if (late.length > 0) throw new Error(`version ${version} was not applied in time by ${late.join(', ')}`);
  return version;
}

/** The same package in another version: only its name differs. */
export async function renamePackage(file: string, name: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^id: chaos$/m, `id: chaos\nname: ${name}`));
}

const sourceOf = (file: string) => join(import.meta.dirname, file);
