import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, start, temporaryFolder, up } from './support/process.ts';

const env = () => ({ JOBICO_NATS_SERVER: inject('natsServerBinary') });

const serverPidOf = async (data: string) => {
  const lock = await readFile(join(data, 'nats', 'nats-server.lock'), 'utf8');
  return (JSON.parse(lock) as { serverPid: number }).serverPid;
};

async function packageFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
  await writeFile(join(folder, 'order.json'), JSON.stringify({ type: 'object', required: ['n'] }));
  await writeFile(
    join(folder, 'shop.yaml'),
    `package:
  id: shop
  tenant: acme
  queues: [{ id: default }]
  jobs:
    - event:
        id: order-placed
        schema: { id: order, schemaref: order.json }
        supplierqueue: default
        runtime: work
  runtimes: [{ id: work, moduleref: work.wasm }]
`,
  );
  return folder;
}

test('from up to an execution: deploy, send, look, follow, undeploy, stop', { timeout: 60_000 }, async () => {
  const platform = await up([], env());
  const folder = await packageFolder();
  const jobico = (...args: string[]) => finish(args, { JOBICO_URL: platform.urls.ctl });

  const deployed = await jobico('deploy', join(folder, 'shop.yaml'), '--json');
  expect(JSON.parse(deployed.stdout)).toMatchObject({ package: 'shop', version: 1, changed: true });
  const again = await jobico('deploy', join(folder, 'shop.yaml'));
  expect(again.stdout).toContain('nothing changed');

  const follower = start(['recorder', '--follow', '--json', '--lines', '0'], { JOBICO_URL: platform.urls.ctl });
  const sent = await jobico('event', 'send', 'order-placed', '--data', '{"n":9007199254740993}', '--json');
  const [event] = (JSON.parse(sent.stdout) as { events: { id: string }[] }).events;
  const listed = await vi.waitFor(
    async () => {
      const { stdout } = await jobico('execution', 'list', '--event', event?.id ?? '', '--json');
      const { items } = JSON.parse(stdout) as { items: { id: string; result: { data: string } }[] };
      expect(items).toHaveLength(1);
      return items[0];
    },
    { timeout: 10_000 },
  );
  expect(listed?.result.data).toBe('{"n":9007199254740993}');
  await jobico('event', 'send', 'order-placed', '--data', '{"n":2}');
  await vi.waitFor(() => expect(follower.stdout().split('\n').length).toBeGreaterThan(1), { timeout: 10_000 });
  follower.child.kill('SIGINT');
  expect(await follower.ended).toBe(0);
  for (const line of follower.stdout().trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ status: 'ok' });

  const refused = await jobico('event', 'send', 'order-placed', '--data', '{}');
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toContain('/data/0/n');
  expect((await jobico('execution', 'get', listed?.id ?? '')).stdout).toContain('acme/shop version 1');
  expect((await jobico('show', 'deploy', 'acme', 'shop')).stdout).toContain('moduleref: work.wasm');
  expect((await jobico('show', 'env', '--json')).stdout).toContain('"executor"');
  expect((await jobico('undeploy', 'shop')).stdout).toContain('removed');
  expect((await jobico('undeploy', 'shop')).exitCode).toBe(3);

  platform.child.kill('SIGTERM');
  expect(await platform.ended).toBe(0);
  expect(platform.stdout().trim().split('\n')).toHaveLength(1);
});

test('what was deployed is there after a stop and a start on the same data', { timeout: 60_000 }, async () => {
  const first = await up([], env());
  const folder = await packageFolder();
  await finish(['deploy', join(folder, 'shop.yaml')], { JOBICO_URL: first.urls.ctl });
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  const second = await up([], env(), first.data);
  const { stdout } = await finish(['package', 'list', '--json'], { JOBICO_URL: second.urls.ctl });
  expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 'shop', version: 1 }] });
});

test('a core module next to the package is refused at the line that refers to it', { timeout: 60_000 }, async () => {
  const platform = await up([], env());
  const folder = await packageFolder();
  await writeFile(join(folder, 'work.wasm'), await buildGuest('core-module'));
  const file = join(folder, 'shop.yaml');
  const { stderr, exitCode } = await finish(['deploy', file], { JOBICO_URL: platform.urls.ctl });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('component-refused');
  expect(stderr).toContain(`${file}:11  /runtimes/0/moduleref`);
});

test('a nats-server that dies ends the platform with one line and exit code 8', { timeout: 60_000 }, async () => {
  const platform = await up([], env());
  process.kill(await serverPidOf(platform.data), 'SIGKILL');
  expect(await platform.ended).toBe(8);
  expect(platform.stdout()).toContain('"code": "nats-server-failed"');
});

test('a signal during the start ends it in order too', { timeout: 60_000 }, async () => {
  const data = await temporaryFolder();
  const running = start(['up', '--data', data, '--listener-port', '0', '--ctl-port', '0', '--nats-port', '0'], env());
  await vi.waitFor(() => serverPidOf(data), { timeout: 10_000, interval: 5 });
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  await expect(serverPidOf(data)).rejects.toThrow('ENOENT');
});

test('killing the process that was started leaves nothing running', { timeout: 60_000 }, async () => {
  const platform = await up([], env());
  const serverPid = await serverPidOf(platform.data);
  platform.child.kill('SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(serverPid, 0)).toThrow('ESRCH'), { timeout: 15_000 });
  await expect(fetch(`${platform.urls.ctl}/health`)).rejects.toThrow('fetch failed');
});

test('a port in use is one clear line, exit code 8, and nothing is left running', { timeout: 60_000 }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const port = String((server.address() as AddressInfo).port);
  const data = await temporaryFolder();
  const flags = ['--listener-port', '--ctl-port', '--executor-port', '--nats-port'];
  for (const flag of flags) {
    const others = flags.filter((each) => each !== flag).flatMap((each) => [each, '0']);
    const { exitCode, stderr } = await finish(
      ['up', '--data', data, '--log-level', 'silent', ...others, flag, port],
      env(),
    );
    expect(stderr).toContain(`port ${port}`);
    expect(stderr).toContain(flag);
    expect(exitCode).toBe(8);
  }
});

test('chosen modules run against a NATS that exists, and no nats-server is started', { timeout: 60_000 }, async () => {
  const platform = await up(['--modules', 'listener,ctl', '--nats-url', inject('natsUrl')]);
  expect(Object.keys(platform.urls).toSorted()).toEqual(['ctl', 'listener', 'nats']);
  expect(platform.urls.nats).toBe(inject('natsUrl'));
  expect((await fetch(`${platform.urls.listener}/health`)).status).toBe(200);
  platform.child.kill('SIGTERM');
  expect(await platform.ended).toBe(0);
});

test('a misspelt command says what was meant, with exit code 2', async () => {
  const { exitCode, stderr } = await finish(['execution', 'lst']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Did you mean jobico execution list?');
});
