import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const run = promisify(execFile);
const guide = readFileSync(new URL('../../docs/guides/inspect-with-nats-cli.md', import.meta.url), 'utf8');
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: order-placed, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function shop(url: string): Promise<void> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'shop.yaml'), PACKAGE);
  await writeFile(join(folder, 'work.wasm'), await buildGuest('as-told'));
  const jobico = async (...args: string[]) => await finish([...args, '--json'], { JOBICO_URL: url });
  await jobico('deploy', join(folder, 'shop.yaml'));
  await jobico('event', 'send', 'order-placed', '--data', '{"attempts":["permanent"]}');
  await vi.waitFor(async () => expect((await jobico('deadletter', 'list')).stdout).toContain('"permanent"'), {
    timeout: 30_000,
  });
}

test('the guide is of the nats command alone, on names that a platform has', async () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((command) => !command.startsWith('nats '))).toEqual([]);
});

test.runIf(isOnPath('nats'))('every command of the guide works on a platform', { timeout: 240_000 }, async () => {
  const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
  await shop(urls.ctl);
  const env = { ...process.env, NATS_URL: urls.nats, XDG_CONFIG_HOME: await temporaryFolder() };
  const nats = async (command: string) => await run('sh', ['-c', command], { env, timeout: 30_000 });
  for (const command of commands) {
    const running = nats(command);
    // What waits for something to happen is given it, until it has seen it.
    const sending = command.startsWith('nats sub')
      ? setInterval(() => void nats("nats pub jobico.event.acme.order-placed '{}'"), 500)
      : undefined;
    const { stdout, stderr } = await running.finally(() => clearInterval(sending));
    expect([command, `${stdout}${stderr}`.length > 0]).toEqual([command, true]);
    const isRefused = command.startsWith('nats req') && stdout.includes('"code"');
    expect([command, isRefused]).toEqual([command, false]);
  }
});
