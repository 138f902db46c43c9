import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationOutput } from '@jobico/contract';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: orders }]
jobs:
  - event: { id: order-placed, supplierqueue: orders, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'a package is paused, looked into, purged in part, and resumed, with commands that say what they do',
  { timeout: 180_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'shop.yaml'), PACKAGE);
    await writeFile(join(folder, 'work.wasm'), await buildGuest('as-told'));
    const jobico = (...args: string[]) => finish(args, { JOBICO_URL: urls.ctl });
    const json = async <T>(...args: string[]) => JSON.parse((await jobico(...args, '--json')).stdout) as T;
    expect((await jobico('deploy', join(folder, 'shop.yaml'))).exitCode).toBe(0);

    const paused = await jobico('package', 'pause', 'shop');
    expect(paused).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('package acme/shop is paused') as string,
    });
    expect((await jobico('package', 'pause', 'shop')).stdout).toContain('already paused, since');
    expect((await jobico('package', 'list')).stdout).toMatch(/shop .*paused/);
    expect((await jobico('show', 'deploy', 'acme', 'shop')).stdout).toContain('# paused since');
    expect((await jobico('queue', 'list')).stdout).toMatch(/orders .*packages paused/);

    const escape = JSON.stringify({ text: '\u001b[31m red \u202e' });
    for (const data of [escape, '{"n":9007199254740993}', '{"n":3}']) {
      expect((await jobico('event', 'send', 'order-placed', '--data', data)).exitCode).toBe(0);
    }
    const peeked = await jobico('queue', 'peek', 'orders');
    expect(peeked.stdout).toContain('9007199254740993');
    expect(peeked.stdout).not.toContain('\u001b');
    expect(peeked.stdout).not.toContain('\u202e');
    for (const line of peeked.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const { items } = await json<OperationOutput<'queue.peek'>>('queue', 'peek', 'orders', '--newest', '--limit', '1');
    expect(items).toMatchObject([{ name: 'order-placed', state: 'waiting', data: { n: 3 } }]);

    expect((await jobico('queue', 'purge', 'orders')).exitCode).toBe(2);
    const dry = await jobico('queue', 'purge', 'orders', '--event', 'order-placed', '--dry-run');
    expect(dry.stdout).toContain('would be deleted: 3 events; nothing was changed');
    expect((await jobico('queue', 'purge', 'orders', '--older-than', '1h')).stdout).toContain('Nothing that waits');
    expect(await jobico('queue', 'purge', 'orders', '--all', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: 'deleted: 3 events\n',
    });

    expect((await jobico('event', 'send', 'order-placed', '--data', '{}', '--id', 'later')).exitCode).toBe(0);
    expect((await jobico('package', 'resume', 'shop')).stdout).toContain('package acme/shop goes on');
    await vi.waitFor(
      async () => {
        const list = await json<OperationOutput<'execution.list'>>('execution', 'list');
        expect(list.items.map(({ event, attempt }) => [event.id, attempt])).toEqual([['later', 1]]);
      },
      { timeout: 30_000 },
    );
    // Not paused any more: it is, for as long as it takes.
    expect((await jobico('queue', 'purge', 'orders', '--all')).stdout).toContain('Nothing that waits');
    expect((await jobico('queue', 'pause', 'ordrs')).stderr).toContain('Did you mean orders?');
    const shown = await jobico('queue', 'get', 'orders');
    expect(shown.stdout).toContain('state     works');
  },
);
