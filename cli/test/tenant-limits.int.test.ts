import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: order-placed, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'tenant limits set keeps a tenant to them at the listener and at event send, from then on, and none ends it',
  { timeout: 240_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'package.yaml'), PACKAGE);
    await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
    const jobico = async (...args: string[]) => {
      const { exitCode, stdout } = await finish([...args, '--json'], { JOBICO_URL: urls.ctl });
      return { exitCode, output: JSON.parse(stdout) as unknown };
    };
    const limit = async (...args: string[]) => await jobico('tenant', 'limits', 'set', '--tenant', 'acme', ...args);
    const post = async (...data: unknown[]) => {
      const response = await fetch(`${urls.listener}/events/acme/order-placed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ data }),
      });
      const { status, headers } = response;
      const { code, details } = (await response.json()) as { code?: string; details?: object };
      return { status, code, details, retryAfter: headers.get('retry-after') };
    };
    const send = (data: unknown) => jobico('event', 'send', 'order-placed', '--data', JSON.stringify(data));
    const soon = async (check: () => Promise<unknown>, expected: object) =>
      await vi.waitFor(async () => expect(await check()).toMatchObject(expected), { timeout: 20_000, interval: 20 });
    expect((await jobico('deploy', join(folder, 'package.yaml'))).exitCode).toBe(0);
    expect((await post(1)).status).toBe(202);

    // More than a second's worth is taken once, and paid off afterwards: long after what this test sends next.
    expect(await limit('--events-per-second', '1')).toEqual({ exitCode: 0, output: { eventsPerSecond: 1 } });
    await soon(() => post(...Array.from({ length: 900 }, (_, n) => n)), { status: 202 });
    const tooFast = { code: 'limit-exceeded', details: { limit: 'eventsPerSecond', allowed: 1 } };
    await soon(() => post(2), { status: 429, ...tooFast, retryAfter: expect.stringMatching(/^[1-9]\d*$/) as string });

    expect(await limit('--events-per-second', 'none', '--event-bytes', '20')).toEqual({
      exitCode: 0,
      output: { eventBytes: 20 },
    });
    const long = 'x'.repeat(30);
    await soon(() => post(long), { status: 413, code: 'too-large', details: { limit: 'eventBytes', allowed: 20 } });
    const tooLarge = { code: 'too-large', details: { limit: 'eventBytes', allowed: 20 } };
    await soon(() => send(long), { exitCode: 7, output: { error: tooLarge } });
    expect((await send('short')).exitCode).toBe(0);

    expect((await jobico('queue', 'pause', 'default')).exitCode).toBe(0);
    expect(await limit('--event-bytes', 'none', '--pending-events', '3')).toMatchObject({ exitCode: 0 });
    const tooMany = { code: 'limit-exceeded', details: { limit: 'pendingEvents', allowed: 3 } };
    await soon(() => send(1), { exitCode: 7, output: { error: tooMany } });
    await soon(() => post(1), { status: 429, ...tooMany });

    expect(await limit('--pending-events', 'none')).toEqual({ exitCode: 0, output: {} });
    expect(await jobico('tenant', 'limits', 'get', '--tenant', 'acme')).toEqual({ exitCode: 0, output: {} });
    await soon(() => post(1), { status: 202 });
    await soon(() => send(1), { exitCode: 0 });
  },
);
