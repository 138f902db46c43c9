import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Execution } from '@jobico/contract';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: orders, ordering: { key: /key } }]
jobs:
  - event: { id: order-placed, supplierqueue: orders, runtime: work }
    retry: { initialInterval: PT1M }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'an event that waits for its next attempt is cancelled with a command that says how it stands, as often as it is given',
  { timeout: 180_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'shop.yaml'), PACKAGE);
    await writeFile(join(folder, 'work.wasm'), await buildGuest('as-told'));
    const jobico = (...args: string[]) => finish(args, { JOBICO_URL: urls.ctl });
    const executions = async (...flags: string[]) =>
      (JSON.parse((await jobico('execution', 'list', '--json', ...flags)).stdout) as { items: Execution[] }).items;
    const send = (id: string, data: object) =>
      jobico('event', 'send', 'order-placed', '--id', id, '--data', JSON.stringify(data));
    expect((await jobico('deploy', join(folder, 'shop.yaml'))).exitCode).toBe(0);

    await send('first', { key: 'a', attempts: ['retry', 'ok'] });
    await send('second', { key: 'a' });
    await vi.waitFor(async () => expect(await executions()).toMatchObject([{ status: 'retry' }]), { timeout: 30_000 });
    const cancelled = await jobico('execution', 'cancel', 'first');
    expect(cancelled).toMatchObject({ exitCode: 0 });
    expect(cancelled.stdout).toMatch(/^event first is cancelled, since 20/);
    expect(cancelled.stdout).toContain('order-placed of queue acme/orders, key a: while it waited for attempt 2');
    expect(await jobico('execution', 'cancel', 'first')).toMatchObject({ exitCode: 0, stdout: cancelled.stdout });
    const json = JSON.parse((await jobico('execution', 'cancel', 'first', '--json')).stdout) as Execution;
    expect(json).toMatchObject({ event: { id: 'first' }, attempt: 2, status: 'cancelled' });
    const next = /next: jobico (.*)/.exec(cancelled.stdout)?.[1]?.split(' ') ?? [];
    expect((await jobico(...next)).stdout).toContain('cancelled');
    expect(await executions('--status', 'cancelled')).toMatchObject([{ id: json.id }]);

    await vi.waitFor(async () => expect(await executions('--status', 'ok')).toHaveLength(1), { timeout: 30_000 });
    const ended = await jobico('execution', 'cancel', 'second');
    expect(ended).toMatchObject({ exitCode: 6, stdout: '' });
    expect(ended.stderr).toContain('second has ended already, as ok');
    expect(ended.stderr).toContain('jobico execution get');
    expect(await jobico('execution', 'cancel', 'third')).toMatchObject({ exitCode: 3, stdout: '' });
  },
);
