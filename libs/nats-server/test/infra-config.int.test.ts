import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { startNatsServer } from '../src/index.ts';
import { greeting, publish } from './support/nats-protocol.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const binary = inject('natsServerBinary');
const file = fileURLToPath(new URL('../../../infra/nats.conf', import.meta.url));

test('infra/nats.conf is accepted by nats-server', () => {
  expect(() => execFileSync(binary, ['-t', '-c', file], { stdio: 'pipe' })).not.toThrow();
});

test('infra/nats.conf stores before it acknowledges, and lets clients without credentials use JetStream', async () => {
  const configFile = join(temporaryFolder(), 'nats.conf');
  writeFileSync(configFile, readFileSync(file, 'utf8').replace(/^ *store_dir:.*$/m, ''));
  await using server = await startNatsServer({
    binary,
    configFile,
    dataDir: temporaryFolder(),
    host: '127.0.0.1',
    port: 0,
    httpPort: 0,
  });
  const jetStream: unknown = await (await fetch(`${server.monitorUrl}/jsz`)).json();
  expect(jetStream).toMatchObject({ config: { sync_always: true } });
  expect(await greeting(server.url)).toMatchObject({ max_payload: 8 * 1024 * 1024 });
  expect(await publish(server.url, '$JS.API.STREAM.CREATE.S', '{"name":"S","subjects":["s"]}')).toMatchObject({
    did_create: true,
  });
});
