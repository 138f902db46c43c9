import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { publishWithCreds } from '../../test/support/publish-with-creds.ts';
import { finish, start, temporaryFolder, up, type UpPlatform } from './support/process.ts';

const env = (more: NodeJS.ProcessEnv = {}) => ({ JOBICO_NATS_SERVER: inject('natsServerBinary'), ...more });
const TOKENS = { JOBICO_AUTH: 'tokens' };

const jobicoAt =
  ({ urls }: UpPlatform, token?: string) =>
  (...args: string[]) =>
    finish(args, { JOBICO_URL: urls.ctl, ...(token !== undefined && { JOBICO_TOKEN: token }) });

const tokenOf = (platform: UpPlatform) => (JSON.parse(platform.stdout()) as { adminToken: string }).adminToken;

async function packageFile(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
  const file = join(folder, 'shop.yaml');
  const event = '{ id: order-placed, supplierqueue: default, runtime: work }';
  const runtimes = '[{ id: work, moduleref: work.wasm }]';
  await writeFile(
    file,
    `id: shop\ntenant: acme\nqueues: [{ id: default }]\njobs: [{ event: ${event} }]\nruntimes: ${runtimes}\n`,
  );
  return file;
}

async function stop({ child, ended }: UpPlatform): Promise<void> {
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

async function settled(jobico: ReturnType<typeof jobicoAt>, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { stdout } = await jobico('execution', 'list', '--tenant', 'acme', '--json');
      const { items } = JSON.parse(stdout) as { items: { status: string }[] };
      expect(items.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 'ok'));
    },
    { timeout: 20_000, interval: 200 },
  );
}

const publish = (platform: UpPlatform, creds: string | undefined, subject = 'jobico.event.acme.order-placed') =>
  publishWithCreds(platform.urls.nats, creds, subject, '{"n":1}');

test(
  'a platform that asks for tokens has a nats-server that asks for credentials, and tenants have their own',
  { timeout: 180_000 },
  async () => {
    const platform = await up([], env(TOKENS));
    const token = tokenOf(platform);
    const jobico = jobicoAt(platform, token);
    expect(platform.stderr()).not.toContain('without credentials');
    await expect(publish(platform, undefined)).rejects.toThrow(/authorization/i);
    await expect(publish(platform, undefined, '$JS.API.STREAM.DELETE.EXECUTIONS')).rejects.toThrow(/authorization/i);

    expect((await jobico('tenant', 'create', 'acme')).exitCode).toBe(0);
    expect((await jobico('deploy', await packageFile())).stderr).toBe('');
    const out = join(await temporaryFolder(), 'acme.creds');
    const made = ['token', 'create', '--tenant', 'acme', '--role', 'producer', '--nats', '--out', out];
    expect((await jobico(...made)).stderr).toBe('');
    const creds = await readFile(out, 'utf8');
    await publish(platform, creds);
    for (const subject of ['jobico.event.other.order-placed', '$KV.tokens.0123456789ab', '$JS.API.STREAM.LIST']) {
      await expect(publish(platform, creds, subject)).rejects.toThrow(/permission/i);
    }
    await settled(jobico, 1);

    platform.child.kill('SIGKILL');
    await platform.ended;
    const again = await up([], env(TOKENS), platform.data);
    await expect(publish(again, undefined)).rejects.toThrow(/authorization/i);
    await publish(again, creds);
    await settled(jobicoAt(again, token), 2);
    await stop(again);

    // A backup of a platform that does not run is let in by the same keys, and leaves them as they are.
    const backup = join(await temporaryFolder(), 'backup');
    const saved = await finish(['backup', 'create', backup, '--data', platform.data], env());
    expect([
      saved.exitCode,
      saved.stdout.includes('QUEUE_acme_default') || saved.stderr.includes('QUEUE_acme_default'),
    ]).toEqual([0, true]);
    await expect(stat(join(platform.data, 'nats', 'jetstream', 'APP'))).rejects.toThrow('ENOENT');

    // The folder may be moved: its keys go with it.
    const moved = join(await temporaryFolder(), 'moved');
    await rename(platform.data, moved);
    const elsewhere = await up([], env(TOKENS), moved);
    await publish(elsewhere, creds);
    await settled(jobicoAt(elsewhere, token), 3);
    await stop(elsewhere);
  },
);

test(
  'what was stored while a platform was open is there when it asks for tokens, and the other way',
  { timeout: 180_000 },
  async () => {
    const open = await up([], env());
    expect((await jobicoAt(open)('deploy', await packageFile())).stderr).toBe('');
    await publish(open, undefined);
    await settled(jobicoAt(open), 1);
    await stop(open);

    const guarded = await up([], env(TOKENS), open.data);
    const jobico = jobicoAt(guarded, tokenOf(guarded));
    await settled(jobico, 1);
    await expect(publish(guarded, undefined)).rejects.toThrow(/authorization/i);
    expect((await jobico('event', 'send', 'order-placed', '--tenant', 'acme', '--data', '{"n":2}')).stderr).toBe('');
    await settled(jobico, 2);
    await stop(guarded);

    const reopened = await up([], env(), open.data);
    await publish(reopened, undefined);
    await settled(jobicoAt(reopened), 3);
    await stop(reopened);
  },
);

test('its keys are for the owner of the folder alone, and are told of', { timeout: 60_000 }, async () => {
  const data = await temporaryFolder();
  const ports = ['--listener-port', '0', '--ctl-port', '0', '--nats-port', '0', '--executor-port', '0'];
  const running = start(['up', '--data', data, ...ports], env(TOKENS));
  await vi.waitFor(() => expect(running.stdout()).toContain('access    by token'), { timeout: 20_000 });
  const folder = join(data, 'nats-operator');
  expect(running.stdout()).toMatch(new RegExp(`nats +nats://\\S+, with credentials: ${folder}/creds`));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name === 'server.json') continue;
    expect([path, (await stat(path)).mode & 0o777]).toEqual([path, 0o600]);
  }
});

test('credentials for another server are not mixed with those of its own', { timeout: 30_000 }, async () => {
  const given = { ...TOKENS, JOBICO_NATS_CREDS: '/nowhere/ctl.creds' };
  const refused = await finish(['up', '--data', await temporaryFolder()], env(given));
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('JOBICO_NATS_CREDS');
  expect(refused.stderr).toContain('JOBICO_NATS_URL');
});
