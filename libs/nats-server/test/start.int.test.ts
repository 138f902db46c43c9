import { cpSync, existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { NatsServer, StartOptions } from '../src/index.ts';
import { startNatsServer } from '../src/index.ts';
import { greeting, publish } from './support/nats-protocol.ts';
import { script } from './support/stand-in.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const binary = inject('natsServerBinary');

async function start(options: Partial<StartOptions> = {}): Promise<NatsServer> {
  const server = await startNatsServer({ binary, dataDir: temporaryFolder(), ...options });
  onTestFinished(() => server.stop());
  return server;
}

test('a server is ready on a free loopback port, with JetStream and the default payload size', async () => {
  const server = await start();
  expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
  expect(await greeting(server.url)).toMatchObject({ jetstream: true, max_payload: 8 * 1024 * 1024 });
});

test('a client without credentials can create a stream and publish to it', async () => {
  const { url } = await start();
  const config = JSON.stringify({ name: 'S', subjects: ['s'], storage: 'file', retention: 'limits' });
  expect(await publish(url, '$JS.API.STREAM.CREATE.S', config)).toMatchObject({ did_create: true });
  expect(await publish(url, 's', 'hello')).toEqual({ stream: 'S', seq: 1 });
});

test('payload size, sync interval and monitoring are as asked for', async () => {
  const server = await start({ maxPayload: 12_345, syncInterval: 'always', httpPort: 0 });
  expect(await greeting(server.url)).toMatchObject({ max_payload: 12_345 });
  const jetStream: unknown = await (await fetch(`${server.monitorUrl}/jsz`)).json();
  expect(jetStream).toMatchObject({ config: { sync_always: true, store_dir: join(server.dataDir, 'jetstream') } });
});

test('a configuration file of the caller is used, with the data directory of the options', async () => {
  const configFile = join(temporaryFolder(), 'own.conf');
  writeFileSync(configFile, 'max_payload: 777\nlisten: "127.0.0.1:-1"\n');
  const server = await start({ configFile });
  expect(await greeting(server.url)).toMatchObject({ max_payload: 777, jetstream: true });
  expect(existsSync(join(server.dataDir, 'jetstream'))).toBe(true);
});

test('what was stored is there after a stop and a start', async () => {
  const dataDir = temporaryFolder();
  const first = await start({ dataDir });
  await publish(first.url, '$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s'] }));
  await publish(first.url, 's', 'hello');
  await first.stop();
  const second = await start({ dataDir });
  expect(await publish(second.url, 's', 'again')).toEqual({ stream: 'S', seq: 2 });
});

test('streams of an account that another has become are its own; those of two are left alone', async () => {
  const dataDir = temporaryFolder();
  const account = `A${'B'.repeat(55)}`;
  const first = await start({ dataDir });
  await publish(first.url, '$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s'] }));
  await first.stop();
  const folder = join(dataDir, 'jetstream');
  renameSync(join(folder, 'APP'), join(folder, account));
  const second = await start({ dataDir });
  expect(await publish(second.url, 's', 'hello')).toEqual({ stream: 'S', seq: 1 });
  await second.stop();
  cpSync(join(folder, 'APP'), join(folder, account), { recursive: true });
  await expect(start({ dataDir })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(account) as string,
  });
});

test('stop ends the process, may be called twice, and frees the data directory', async () => {
  const server = await start();
  await Promise.all([server.stop(), server.stop()]);
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  expect(readdirSync(server.dataDir).toSorted()).toEqual(['jetstream', 'nats.conf']);
});

test('a server that does not heed SIGTERM is killed', async () => {
  const dataDir = temporaryFolder();
  const stubborn = script(
    temporaryFolder(),
    'stubborn',
    `trap '' TERM; echo '{"nats":["nats://127.0.0.1:4"]}' > ${dataDir}/x_$$.ports; while :; do /bin/sleep 0.05; done`,
  );
  const server = await start({ binary: stubborn, dataDir, stopTimeoutMs: 50 });
  await server.stop();
  expect(await server.exited).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test('a server that dies is told of, with its last lines', async () => {
  const server = await start();
  process.kill(server.pid, 'SIGKILL');
  const end = await server.exited;
  expect(end).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(end.lines.at(-1)).toBe('Server is ready');
});

test('await using stops the server', async () => {
  let pid: number;
  {
    await using server = await startNatsServer({ binary, dataDir: temporaryFolder() });
    pid = server.pid;
  }
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('the log gets the lines of a start at debug, and later warnings as warnings', async () => {
  const logged: string[] = [];
  const at = (level: string) => (message: string) => logged.push(`${level} ${message}`);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const server = await start({ log });
  // It can be connected to a moment before its line is read.
  await expect.poll(() => logged, { interval: 5 }).toContain('debug nats-server: Server is ready');
  expect(logged.every((line) => line.startsWith('debug '))).toBe(true);
  await expect(publish(server.url, '$JS.API.STREAM.CREATE.S', '{')).resolves.toMatchObject({ error: { code: 400 } });
  await server.stop();
  expect(logged.some((line) => line.startsWith('warn '))).toBe(true);
});

test('a port in use is named, with the flag that changes it', async () => {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  const dataDir = temporaryFolder();
  await expect(start({ port, dataDir })).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(`port ${port} `),
    hint: expect.stringContaining('--nats-port'),
  });
  // The failed start left nothing that would stop the next one.
  await start({ dataDir });
});

test('a binary that cannot be run is named', async () => {
  const file = join(temporaryFolder(), 'nats-server');
  writeFileSync(file, 'text', { mode: 0o644 });
  await expect(start({ binary: file })).rejects.toMatchObject({
    code: 'nats-server-failed',
    message: `${file} is not an executable file`,
  });
});

test('a file of another machine gives the reason of the operating system', async () => {
  const file = join(temporaryFolder(), 'nats-server');
  writeFileSync(file, 'MZ no program of this machine', { mode: 0o755 });
  await expect(start({ binary: file })).rejects.toMatchObject({ code: 'nats-server-failed' });
});

test('a server that dies during its start gives its last lines', async () => {
  const configFile = join(temporaryFolder(), 'broken.conf');
  writeFileSync(configFile, 'jetstream {');
  await expect(start({ configFile })).rejects.toMatchObject({
    code: 'nats-server-failed',
    message: expect.stringContaining('Parse error'),
    details: { ending: 'exit code 1', lines: [expect.stringContaining('Parse error')] },
  });
});

test('a server that never gets ready is ended', async () => {
  const pidFile = join(temporaryFolder(), 'pid');
  const silent = script(temporaryFolder(), 'silent', `echo $$ > ${pidFile}; exec /bin/sleep 30`);
  await expect(start({ binary: silent, startTimeoutMs: 100 })).rejects.toMatchObject({
    code: 'nats-server-failed',
    message: 'nats-server was not ready within 0.1 s',
  });
});

test('a data directory that cannot be made is named', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(start({ dataDir: join(file, 'data') })).rejects.toMatchObject({
    code: 'nats-server-failed',
    message: expect.stringMatching(/^the data directory .* cannot be used: ENOTDIR/),
  });
});
