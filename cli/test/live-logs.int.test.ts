import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, start, temporaryFolder, up } from './support/process.ts';

/** A server whose answers the test gives when it likes. */
async function servePatiently() {
  const held: ServerResponse[] = [];
  const server = createServer((_request, response) => void held.push(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const release = async () => {
    await expect.poll(() => held.length, { timeout: 10_000 }).toBeGreaterThan(0);
    held.shift()?.end('ok');
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, release };
}

async function packageFile(origin: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'work.wasm'), await buildGuest('logs-and-waits'));
  const file = join(folder, 'shop.yaml');
  const jobs = [{ event: { id: 'told', supplierqueue: 'q', runtime: 'work' }, timeout: 'PT60S' }];
  const runtimes = [{ id: 'work', moduleref: 'work.wasm' }];
  const grants = { work: { http: [origin] } };
  const shop = { id: 'shop', tenant: 'acme', queues: [{ id: 'q' }], jobs, runtimes, grants };
  await writeFile(file, JSON.stringify({ package: shop }));
  return file;
}

const timesIn = (text: string, part: string) => text.split(part).length - 1;

test(
  'what a long job logs is shown while it runs, once, by the recorder and for the one execution',
  { timeout: 60_000 },
  async () => {
    const server = await servePatiently();
    const platform = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const env = { JOBICO_URL: platform.urls.ctl };
    expect((await finish(['deploy', await packageFile(server.origin)], env)).exitCode).toBe(0);
    const recorder = start(['recorder', '--follow', '--lines', '0'], env);
    // It has nothing to say before something happens; an execution that it shows tells that it listens.
    const shown = async (text: string, from = recorder) =>
      await vi.waitFor(() => expect(from.stdout()).toContain(text), { timeout: 15_000 });
    const send = (steps: object[]) => finish(['event', 'send', 'told', '--data', JSON.stringify(steps)], env);
    await vi.waitFor(
      async () => {
        await send([{ log: 'warm' }]);
        expect(recorder.stdout()).toContain('warm');
      },
      { timeout: 20_000 },
    );

    const fetch = server.origin;
    await send([{ log: 'first \u001b[31mred' }, { fetch }, { log: 'second' }, { fetch }, { log: 'third' }]);
    await shown('first \\e[31mred');
    const [, id = ''] =
      /runs {4}shop\/work {2}told {2}execution ([0-9a-f-]{36})\n.*first/.exec(recorder.stdout()) ?? [];
    expect(recorder.stdout()).not.toContain('second');
    const logs = start(['execution', 'logs', id, '--follow'], env);
    const json = start(['execution', 'logs', id, '--follow', '--json'], env);
    await shown('first', logs);
    await shown('first', json);
    await server.release();
    await shown('second', logs);
    expect(logs.stdout()).not.toContain('third');
    await server.release();

    expect(await logs.ended).toBe(0);
    expect(logs.stdout().match(/first|second|third/g)).toEqual(['first', 'second', 'third']);
    expect(await json.ended).toBe(0);
    const objects = json
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string });
    expect(objects.map(({ message }) => message)).toEqual(['first \u001b[31mred', 'second', 'third']);
    await shown('third');
    for (const message of ['first', 'second', 'third']) expect(timesIn(recorder.stdout(), message)).toBe(1);
    expect((await finish(['execution', 'logs', id], env)).stdout).toContain('first \\e[31mred');
    recorder.child.kill('SIGINT');
    expect(await recorder.ended).toBe(0);
  },
);

test('an id that cannot be an execution’s is not waited for', { timeout: 60_000 }, async () => {
  const platform = await up(['--modules', 'ctl', '--nats-url', inject('natsUrl')]);
  const args = ['execution', 'logs', '00000000-0000-4000-8000-000000000000', '--follow', '--tenant', 'acme'];
  expect((await finish(args, { JOBICO_URL: platform.urls.ctl })).exitCode).toBe(3);
});
