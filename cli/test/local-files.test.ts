import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSchema, type JobicoError, type PackageDefinition } from '@jobico/contract';
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

const withSchema = (schemaref: string): PackageDefinition => {
  const { jobs, ...rest } = definition('elsewhere.wasm');
  return {
    ...rest,
    jobs: jobs.map((job) => ({ ...job, event: { ...job.event, schema: { id: 'order', schemaref } } })),
  };
};

async function schemas(files: Record<string, unknown>): Promise<string> {
  const path = await folder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), JSON.stringify(content));
  }
  return path;
}

const findSchema = async (path: string, ref: string, stored?: Parameters<typeof findLocalFiles>[2]) =>
  await findLocalFiles(join(path, 'shop.yaml'), withSchema(ref), stored);
const faultOf = async (path: string, ref: string) =>
  await findSchema(path, ref).then(
    () => undefined,
    (error: JobicoError) => error.faults.map((fault) => [fault.path, fault.message]),
  );

test('a schema comes with the files that it refers to, from where each of them lies', async () => {
  const path = await schemas({
    'schemas/order.json': {
      properties: { to: { $ref: 'parts/address.json' }, again: { $ref: './order-line.json#/$defs/sku' } },
    },
    'schemas/parts/address.json': { required: ['street'], properties: { country: { $ref: 'country.json' } } },
    'schemas/parts/country.json': { enum: ['DE', 'FR'] },
    'schemas/order-line.json': { $defs: { sku: { type: 'string' } } },
  });
  const [file] = await findSchema(path, 'schemas/order.json');
  expect(file?.includes).toEqual(['parts/address.json', 'order-line.json', 'parts/country.json']);
  const validate = compileSchema(Buffer.from(file?.content ?? []).toString());
  expect(validate({ to: { street: 'Main', country: 'DE' }, again: 'x' })).toEqual([]);
  expect(validate({ to: { street: 'Main', country: 'XX' } })).toMatchObject([{ path: '/to/country' }]);
  expect(validate({ to: {} })).toMatchObject([{ path: '/to/street' }]);
  expect(validate({ again: 1 })).toMatchObject([{ path: '/again' }]);
});

test('what a schema refers to and does not lie there is asked of the file repository', async () => {
  const path = await schemas({ 'order.json': { $ref: 'common.json' } });
  const stored = (name: string) => Promise.resolve(name === 'common.json' ? '{"type":"object"}' : undefined);
  const [file] = await findSchema(path, 'order.json', stored);
  expect(compileSchema(Buffer.from(file?.content ?? []).toString())(1)).toHaveLength(1);
  expect(await faultOf(path, 'order.json')).toEqual([
    ['/jobs/0/event/schema/schemaref', expect.stringContaining('common.json, which is not next to it') as string],
  ]);
});

test('a schema refers to nothing outside of the folder of the package, whichever way, nor to too much', async () => {
  const path = await schemas({
    'up.json': { $ref: '../secret.json' },
    'down-and-up.json': { $ref: 'parts/../../secret.json' },
    'absolute.json': { $ref: '/etc/hostname' },
    'link.json': { $ref: 'out.json' },
    'large.json': { $ref: 'half.json', properties: { again: { $ref: 'other-half.json' } } },
    'half.json': { description: 'x'.repeat(140_000) },
    'other-half.json': { description: 'x'.repeat(140_000) },
    ...Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`many${n}.json`, { $ref: `many${n + 1}.json` }])),
    'many60.json': {},
  });
  await writeFile(join(path, '..', 'secret.json'), '{}');
  await symlink(join(path, '..', 'secret.json'), join(path, 'out.json'));
  const place = '/jobs/0/event/schema/schemaref';
  expect(await faultOf(path, 'up.json')).toEqual([[place, expect.stringMatching(/never up/)]]);
  expect(await faultOf(path, 'down-and-up.json')).toEqual([[place, expect.stringMatching(/never up/)]]);
  expect(await faultOf(path, 'absolute.json')).toEqual([[place, expect.stringMatching(/never up/)]]);
  expect(await faultOf(path, 'link.json')).toEqual([
    [place, expect.stringMatching(/leads out of the package's folder/)],
  ]);
  expect(await faultOf(path, 'large.json')).toEqual([[place, expect.stringMatching(/larger than 256 KiB with/)]]);
  expect(await faultOf(path, 'many0.json')).toEqual([[place, expect.stringMatching(/more than 50 files/)]]);
});
