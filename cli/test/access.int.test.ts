import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startOperatorNats } from '../../test/support/operator-nats.ts';
import { publishWithCreds } from '../../test/support/publish-with-creds.ts';
import { buildGuest } from '../../test/components/build.ts';
import { finish, start, temporaryFolder, up } from './support/process.ts';

const env = () => ({ JOBICO_NATS_SERVER: inject('natsServerBinary') });
const jobicoAt = (url: string) => (token: string | undefined, args: readonly string[]) =>
  finish(args, { JOBICO_URL: url, ...(token !== undefined && { JOBICO_TOKEN: token }) });

async function packageFile(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'work.wasm'), await buildGuest('echo'));
  const file = join(folder, 'shop.yaml');
  await writeFile(
    file,
    `id: shop
tenant: acme
queues: [{ id: default }]
jobs: [{ event: { id: order-placed, supplierqueue: default, runtime: work } }]
runtimes: [{ id: work, moduleref: work.wasm }]
`,
  );
  return file;
}

test('from the first admin to a revoked producer, by commands alone', { timeout: 120_000 }, async () => {
  const platform = await up([], { ...env(), JOBICO_AUTH: 'tokens' });
  const { adminToken } = JSON.parse(platform.stdout()) as { adminToken: string };
  expect(adminToken).toMatch(/^jbc_/);
  expect(platform.stderr()).not.toContain(adminToken);
  const jobico = jobicoAt(platform.urls.ctl);

  const stranger = await jobico(undefined, ['tenant', 'list']);
  expect(stranger.exitCode).toBe(4);
  expect(stranger.stderr).toContain('JOBICO_TOKEN');

  expect((await jobico(adminToken, ['tenant', 'create', 'acme'])).stdout).toContain('created acme');
  const give = async (...flags: string[]) =>
    (await jobico(adminToken, ['token', 'create', '--tenant', 'acme', '--quiet', ...flags])).stdout.trim();
  const deployer = await give('--role', 'deployer', '--expires', '1h', '--name', 'ci');
  const producer = await give('--role', 'producer');
  const deployed = await jobico(deployer, ['deploy', await packageFile()]);
  expect([deployed.exitCode, deployed.stderr]).toEqual([0, '']);
  expect((await jobico(producer, ['package', 'list'])).exitCode).toBe(4);
  const viewer = await give('--role', 'viewer');
  for (const how of [[], ['--to-queue']]) {
    const replayed = await jobico(viewer, ['execution', 'replay', '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f', ...how]);
    expect(replayed.exitCode).toBe(4);
    expect(replayed.stderr).toContain('To replay takes the role deployer');
  }

  const send = async (token?: string) =>
    await fetch(`${platform.urls.listener}/events/acme/order-placed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: '{"data":[{"n":1}]}',
    });
  expect((await send()).status).toBe(401);
  expect((await send(producer)).status).toBe(202);
  const listed = await jobico(adminToken, ['token', 'list', '--tenant', 'acme', '--json']);
  const { items } = JSON.parse(listed.stdout) as { items: { id: string; role: string }[] };
  const { id = '' } = items.find(({ role }) => role === 'producer') ?? {};
  const table = await jobico(adminToken, ['token', 'list', '--tenant', 'acme']);
  expect(table.stdout).toContain('ci');
  expect((await jobico(adminToken, ['token', 'revoke', id])).stdout).toContain(`revoked ${id}`);
  await vi.waitFor(async () => expect((await send(producer)).status).toBe(401), { timeout: 1000 });
  expect(
    (await jobico(adminToken, ['token', 'create', '--tenant', 'acme', '--role', 'viewer', '--expires', 'soon']))
      .exitCode,
  ).toBe(2);
});

test(
  'on a server in operator mode a tenant publishes with its own credentials until they are revoked',
  { timeout: 120_000 },
  async () => {
    const ends: (() => Promise<void>)[] = [];
    onTestFinished(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const server = await startOperatorNats(inject('natsServerBinary'), (end) => void ends.push(end));
    const modules = ['listener', 'executor', 'ctl'].map((module) => ({
      module,
      creds: { JOBICO_NATS_CREDS: server.file(`creds/${module}.creds`) },
    }));
    const platforms = await Promise.all(
      modules.map(({ module, creds }) =>
        up(['--modules', module, '--nats-url', server.url], {
          ...creds,
          APP_ENV: 'production',
          JOBICO_NATS_OPERATOR: server.file('operator.json'),
        }),
      ),
    );
    const ctl = platforms.find(({ urls }) => urls.ctl);
    const { adminToken } = JSON.parse(ctl?.stdout() ?? '') as { adminToken: string };
    const jobico = jobicoAt(ctl?.urls.ctl ?? '');
    await jobico(adminToken, ['tenant', 'create', 'acme']);
    expect((await jobico(adminToken, ['deploy', await packageFile()])).stderr).toBe('');

    const creds = join(await temporaryFolder(), 'acme.creds');
    const made = ['token', 'create', '--tenant', 'acme', '--role', 'producer', '--nats', '--out', creds];
    const given = await jobico(adminToken, [...made, '--json']);
    expect([given.exitCode, given.stderr]).toEqual([0, '']);
    expect((await stat(creds)).mode & 0o777).toBe(0o600);
    expect((await jobico(adminToken, made)).exitCode).toBe(6);

    const content = await readFile(creds, 'utf8');
    await publishWithCreds(server.url, content, 'jobico.event.acme.order-placed', '{"n":1}');
    await expect(publishWithCreds(server.url, content, 'jobico.event.other.order-placed', '{}')).rejects.toThrow(
      /permission/i,
    );
    await vi.waitFor(
      async () => {
        const { stdout } = await jobico(adminToken, ['execution', 'list', '--tenant', 'acme', '--json']);
        expect(JSON.parse(stdout)).toMatchObject({ items: [{ status: 'ok', event: { name: 'order-placed' } }] });
      },
      { timeout: 20_000, interval: 200 },
    );
    const { id } = JSON.parse(given.stdout) as { id: string };
    expect((await jobico(adminToken, ['token', 'revoke', id])).exitCode).toBe(0);
    await expect(publishWithCreds(server.url, content, 'jobico.event.acme.order-placed', '{}')).rejects.toThrow(
      /authorization/i,
    );
  },
);

test('init-nats writes a set-up once, its secrets for its owner alone', { timeout: 30_000 }, async () => {
  const folder = join(await temporaryFolder(), 'nats');
  const { stdout, exitCode } = await finish(['init-nats', '--out', folder, '--json']);
  expect(exitCode).toBe(0);
  const { files } = JSON.parse(stdout) as { files: { path: string; isSecret: boolean }[] };
  expect(files.filter(({ isSecret }) => isSecret).length).toBe(6);
  for (const { path, isSecret } of files) {
    expect([path, (await stat(path)).mode & 0o777]).toEqual([path, isSecret ? 0o600 : 0o644]);
    const isKey = /^S[OAU][A-Z2-7]{56}|"SO|"SA|BEGIN USER NKEY SEED/m.test(await readFile(path, 'utf8'));
    expect([path, isKey]).toEqual([path, isSecret]);
  }
  const again = await finish(['init-nats', '--out', folder]);
  expect(again.exitCode).toBe(6);
  expect(again.stderr).toContain('not empty');
});

test(
  'production does not start open, nor does anything on an address that others reach',
  { timeout: 30_000 },
  async () => {
    const data = await temporaryFolder();
    const open = await finish(['up', '--data', data], { ...env(), APP_ENV: 'production', JOBICO_AUTH: 'open' });
    expect(open.exitCode).toBe(2);
    expect(open.stderr).toContain('JOBICO_AUTH');
    const reachable = await finish(['up', '--data', data, '--host', '0.0.0.0'], env());
    expect(reachable.exitCode).toBe(2);
    expect(reachable.stderr).toContain('JOBICO_HOST');
    expect(reachable.stderr).toContain('JOBICO_AUTH=tokens');
  },
);

test('a platform that is open says so when it starts', { timeout: 30_000 }, async () => {
  const ports = ['--listener-port', '0', '--ctl-port', '0', '--nats-port', '0', '--executor-port', '0'];
  const running = start(['up', '--data', await temporaryFolder(), ...ports], env());
  await vi.waitFor(() => expect(running.stdout()).toContain('access    open'), { timeout: 20_000 });
});
