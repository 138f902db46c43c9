import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `id: shop
tenant: acme
queues: [{ id: default }]
jobs: [{ event: { id: order-placed, supplierqueue: default, runtime: work } }]
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'up with JOBICO_DURABILITY=durable: its nats-server syncs always, requests at once are stored together and are run',
  { timeout: 240_000 },
  async () => {
    const platform = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary'), JOBICO_DURABILITY: 'durable' });
    expect(await readFile(join(platform.data, 'nats', 'nats.conf'), 'utf8')).toContain('sync_interval: "always"');
    const env = { JOBICO_URL: platform.urls.ctl };
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
    await writeFile(join(folder, 'shop.yaml'), PACKAGE);
    const deployed = await finish(['deploy', join(folder, 'shop.yaml')], env);
    expect(deployed.exitCode).toBe(0);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        fetch(`${platform.urls.listener}/events/acme/order-placed`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', prefer: 'wait=30' },
          body: JSON.stringify({ data: [{ n }] }),
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { stdout } = await finish(['doctor', '--json'], env, { cwd: folder });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; message: string }[] };
    expect(findings.find(({ check }) => check === 'durability')?.message).toContain('set to be durable');
    platform.child.kill('SIGTERM');
    await platform.ended;
  },
);
