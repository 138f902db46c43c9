import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

test(
  'a deploy sends along what a schema refers to, and a change of that is a new version',
  { timeout: 120_000 },
  async () => {
    const platform = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const jobico = (...args: string[]) => finish(args, { JOBICO_URL: platform.urls.ctl });
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'schemas', 'parts'), { recursive: true });
    const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content));
    await write('schemas/order.json', { type: 'object', properties: { to: { $ref: 'parts/address.json' } } });
    await write('schemas/parts/address.json', { required: ['street'] });
    await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
    const file = join(folder, 'shop.yaml');
    const event =
      '{ id: order-placed, supplierqueue: default, runtime: work, schema: { id: order, schemaref: schemas/order.json } }';
    const runtimes = '[{ id: work, moduleref: work.wasm }]';
    await writeFile(
      file,
      `id: shop\ntenant: acme\nqueues: [{ id: default }]\njobs: [{ event: ${event} }]\nruntimes: ${runtimes}\n`,
    );

    const first = await jobico('deploy', file, '--json');
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    const refused = await jobico('event', 'send', 'order-placed', '--data', '{"to":{}}');
    expect(refused.exitCode).toBe(5);
    expect(refused.stderr).toContain('/to/street');
    expect((await jobico('event', 'send', 'order-placed', '--data', '{"to":{"street":"Main"}}')).exitCode).toBe(0);
    expect((await jobico('deploy', file)).stdout).toContain('nothing changed');

    await write('schemas/parts/address.json', { required: ['street', 'town'] });
    expect(JSON.parse((await jobico('deploy', file, '--json')).stdout)).toMatchObject({ version: 2, changed: true });
    await write('schemas/order.json', { $ref: '../elsewhere.json' });
    const outside = await jobico('deploy', file);
    expect(outside.exitCode).toBe(5);
    expect(outside.stderr).toContain('never up');
  },
);
