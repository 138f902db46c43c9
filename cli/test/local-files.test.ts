import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobicoError, PackageDefinition } from '@jobico/contract';
import { expect, onTestFinished, test } from 'vitest';
import { findLocalFiles } from '../src/deploy/local-files.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jobico-cli-'));
  onTestFinished(() => rm(path, { recursive: true }));
  await mkdir(join(path, 'package'));
  await writeFile(join(path, 'secret.wasm'), 'secret');
  return join(path, 'package');
}

const definition = (moduleref: string): PackageDefinition => ({
  id: 'shop',
  tenant: 'acme',
  queues: [{ id: 'default' }],
  jobs: [{ event: { id: 'order-placed', supplierqueue: 'default', runtime: 'price' } }],
  runtimes: [{ id: 'price', moduleref }],
});

const find = async (path: string, moduleref: string) =>
  await findLocalFiles(join(path, 'shop.yaml'), definition(moduleref));

test('a file next to the package is found, with its digest', async () => {
  const path = await folder();
  await writeFile(join(path, 'price.wasm'), 'abc');
  expect(await find(path, 'price.wasm')).toMatchObject([
    {
      kind: 'wasm',
      ref: 'price.wasm',
      paths: ['/runtimes/0/moduleref'],
      digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  ]);
});

test('a file that is not there is left to the file repository', async () => {
  expect(await find(await folder(), 'elsewhere.wasm')).toEqual([]);
});

test('a link that leads out of the folder is refused, one that stays inside is followed', async () => {
  const path = await folder();
  await symlink(join(path, '..', 'secret.wasm'), join(path, 'out.wasm'));
  await writeFile(join(path, 'real.wasm'), 'abc');
  await symlink('real.wasm', join(path, 'in.wasm'));
  expect(await find(path, 'in.wasm')).toHaveLength(1);
  const error = await find(path, 'out.wasm').catch((thrown: unknown) => thrown as JobicoError);
  expect(error).toMatchObject({
    code: 'package-invalid',
    faults: [{ path: '/runtimes/0/moduleref', value: 'out.wasm' }],
  });
});

test('a folder in the place of a file is refused', async () => {
  const path = await folder();
  await mkdir(join(path, 'price.wasm'));
  await expect(find(path, 'price.wasm')).rejects.toMatchObject({ faults: [{ message: 'is not a file' }] });
});
