import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@jobico/client';
import { OPERATION_NAMES, operations, type Operation } from '@jobico/contract';
import { expect, test } from 'vitest';
import { natsOf } from '../support/ledger.ts';
import { until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { up, type PlatformProcess } from '../support/platform-process.ts';

const TENANT = 'acme';
const VAULT = {
  id: 'vault',
  tenant: TENANT,
  queues: [{ id: 'q', ordering: 'none' }],
  jobs: [
    {
      event: { id: 'tell', supplierqueue: 'q', runtime: 'teller' },
      result: { ok: { id: 'told' } },
      retry: { maximumAttempts: 2, initialInterval: 'PT0.05S' },
    },
    { event: { id: 'told', supplierqueue: 'q', runtime: 'listens' } },
  ],
  runtimes: [
    { id: 'teller', moduleref: 'teller.wasm' },
    { id: 'listens', moduleref: 'listens.wasm' },
  ],
  grants: { teller: { secrets: ['TAX_KEY'], emit: ['told'] } },
};
const WAYS = ['return', 'emit', 'retry', 'permanent', 'trap'];

const ofTenant = ['--tenant', TENANT];

async function deployed(platform: PlatformProcess) {
  const { file } = await packageFolder(VAULT, { 'teller.wasm': 'tells-secrets', 'listens.wasm': 'echo' });
  return await platform.jobico('deploy', file);
}

async function tell({ urls }: PlatformProcess): Promise<void> {
  const data = WAYS.flatMap((how) => ['plain', 'escaped'].map((as) => ({ name: 'TAX_KEY', how, as })));
  await createClient({ url: urls.ctl }).call('event.send', { tenant: TENANT, event: 'tell', data });
}

async function ended({ urls }: PlatformProcess) {
  const { items } = await createClient({ url: urls.ctl }).call('execution.list', { tenant: TENANT, limit: 1000 });
  return items.filter(({ status }) => status !== 'retry');
}

/** Every file below a folder, with what is in it. */
async function contents(folder: string): Promise<[path: string, bytes: Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(files.map(async (path) => [path, await readFile(path)] as [string, Buffer]));
}

/** What every operation that changes nothing answers. */
async function answers({ urls }: PlatformProcess): Promise<string[]> {
  const ids = { tenant: TENANT, package: 'vault', execution: '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f', deadletter: '1' };
  const rows = OPERATION_NAMES.map((name): Operation => operations[name]);
  const reading = rows.filter(({ method, isStream }) => method === 'GET' && !isStream);
  const bodies = reading.map(async ({ path }) => {
    const known = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => (ids as Record<string, string>)[field] ?? 'x');
    return `${path} ${await (await fetch(new URL(known, urls.ctl))).text()}`;
  });
  return await Promise.all(bodies);
}

test('a canary set as a secret reaches its job, and is found nowhere: not on disk, in a record, an answer or a log', async () => {
  const canary = `canary-"${randomBytes(12).toString('hex')}"\\`;
  const core = canary.slice(8, 32);
  const platform = await up({ args: ['--log-level', 'trace'] });
  const first = await deployed(platform);
  expect(first.stdout).toContain('secret TAX_KEY is granted to teller, but it is not set');
  expect(first.stdout).toContain(`jobico secret set TAX_KEY --tenant ${TENANT}`);

  const refused = await platform.jobico('secret', 'set', 'TAX_KEY', canary, ...ofTenant);
  expect(refused.exitCode).toBe(2);
  const set = await platform.jobicoWith(`${canary}\n`, 'secret', 'set', 'TAX_KEY', ...ofTenant);
  expect(set).toMatchObject({ exitCode: 0, stdout: 'secret TAX_KEY of tenant acme is set\n' });
  const url = `${platform.urls.ctl}/v1/tenants/${TENANT}/secrets/TAX_KEY`;
  const headers = { 'content-type': 'application/json' };
  const bad = [`{"value": "${core}`, JSON.stringify({ vlaue: core }), JSON.stringify({ value: [core] }), `"${core}"`];
  const refusals = bad.map(async (body) => (await fetch(url, { method: 'PUT', headers, body })).text());

  await tell(platform);
  await until(async () => (await ended(platform)).length === 16, '16 executions to end');
  const records = await ended(platform);
  const lengths = records.flatMap(({ result }) => (result as { length?: number } | undefined)?.length ?? []);
  expect(lengths.filter((length) => length === canary.length)).toHaveLength(4);

  const listed = await platform.jobico('secret', 'list', ...ofTenant, '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ name: 'TAX_KEY', version: 1 }] });
  const shown = [first, refused, set, listed, await platform.jobico('recorder', ...ofTenant), await deployed(platform)];
  const said = [...shown.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...(await Promise.all(refusals))];
  const told = await answers(platform);
  expect(told.length).toBeGreaterThan(10);
  const { stdout, stderr } = await platform.stop();
  for (const text of [...said, ...told, stdout, stderr]) expect(text).not.toContain(core);
  const files = await contents(platform.data);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter(([, bytes]) => bytes.includes(core)).map(([path]) => path)).toEqual([]);
});

test('keys: made on the first start for nobody else to read, rotated without a job noticing, and needed', async () => {
  const first = await up();
  const file = join(first.data, 'secrets.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await deployed(first);
  await first.jobicoWith('a value to keep', 'secret', 'set', 'TAX_KEY', ...ofTenant);
  await first.stop();

  const [old, next] = [await readFile(file, 'utf8'), randomBytes(32).toString('base64')];
  await writeFile(file, `${next}\n${old}`);
  const second = await up({ data: first.data });
  const rotated = await second.jobico('secret', 'rotate');
  expect(rotated).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('one secret is') as string });
  await second.stop();

  const third = await up({ data: first.data, env: { JOBICO_SECRETS_KEY: next } });
  await createClient({ url: third.urls.ctl }).call('event.send', {
    tenant: TENANT,
    event: 'tell',
    data: [{ name: 'TAX_KEY', how: 'return' }],
  });
  await until(async () => (await ended(third)).length === 2, 'the job to end');
  expect((await ended(third)).at(-1)?.result).toMatchObject({ length: 'a value to keep'.length });
  const nats = await natsOf(third.urls.nats);
  const stored = await nats.jsm.streams.getMessage('KV_secrets', { last_by_subj: '$KV.secrets.acme.TAX_KEY' });
  const listed = JSON.parse((await third.jobico('secret', 'list', ...ofTenant, '--json')).stdout) as object;
  expect(listed).toMatchObject({ items: [{ key: stored?.json<{ key: string }>().key }] });
});
