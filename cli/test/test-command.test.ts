import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, start, temporaryFolder } from './support/process.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Output {
  ok: boolean;
  items: {
    ok: boolean;
    result?: unknown;
    error?: { code: string; message: string };
    logs: { level: string; message: string }[];
    calls: { call: string; args: object; answer: object }[];
    raised: object[];
    event: { key?: string };
  }[];
  error?: { code: string; detail: string; hint?: string; errors?: object[] };
}

async function guest(name: string): Promise<string> {
  const path = join(await temporaryFolder(), `${name}.wasm`);
  await writeFile(path, await buildGuest(name));
  return path;
}

async function testJson(...args: string[]): Promise<{ exitCode: number | null; output: Output }> {
  const { exitCode, stdout, stderr } = await finish(['test', '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  return { exitCode, output: JSON.parse(stdout) as Output };
}

test('a component runs on an event without a platform, and its result comes back with exit code 0', async () => {
  const { exitCode, output } = await testJson(await guest('echo'), '--data', '{"id":12345678901234567890}');
  expect(output).toMatchObject({ ok: true, items: [{ ok: true }] });
  expect(exitCode).toBe(0);
  const { stdout } = await finish(['test', await guest('echo'), '--data', '{"id":12345678901234567890}']);
  expect(stdout).toContain('12345678901234567890');
});

test('a job that fails, or never ends, is told with exit code 9', async () => {
  const failed = await testJson(await guest('permanent'), '--data', '{}');
  expect(failed).toMatchObject({ exitCode: 9, output: { ok: false, items: [{ error: { code: 'permanent' } }] } });
  const late = await testJson(await guest('infinite-loop'), '--data', '{"loop":true}', '--timeout', 'PT0.3S');
  expect(late).toMatchObject({ exitCode: 9, output: { items: [{ error: { code: 'deadline' } }] } });
});

test('what the gate refuses does not run', async () => {
  const { exitCode, output } = await testJson(await guest('imports-sockets'), '--data', '{}');
  expect(exitCode).toBe(5);
  expect(output.error?.code).toBe('component-refused');
});

test('a bucket is used as granted, from a file, and every call is shown', async () => {
  const component = await guest('kv-counter');
  const event = ['--data', '{"bucket":"counts","key":"n"}'];
  const denied = await testJson(component, ...event);
  expect(denied.output.items[0]?.calls[0]?.answer).toMatchObject({ ok: false, error: { tag: 'denied' } });

  const kv = join(await temporaryFolder(), 'kv.json');
  await writeFile(kv, JSON.stringify({ counts: { n: 41 } }));
  const granted = await testJson(component, ...event, '--grant', 'kv:counts=write', '--kv', kv);
  expect(granted.output.items[0]).toMatchObject({
    result: { count: 42 },
    calls: [
      { call: 'kv.get', answer: { ok: true, value: { value: { text: '41' } } } },
      { call: 'kv.set', args: { bucket: 'counts', key: 'n', value: { text: '42' } }, answer: { ok: true } },
    ],
  });
});

test('HTTP is answered by mocks, and nothing is sent where there is none', async () => {
  const component = await guest('http-get');
  const url = 'https://api.example.com/rates';
  const mock = join(await temporaryFolder(), 'mock.json');
  await writeFile(mock, JSON.stringify({ [`GET ${url}`]: { status: 203, text: 'as mocked' } }));
  const args = [component, '--data', JSON.stringify({ url }), '--grant', 'http:https://api.example.com'];
  const mocked = await testJson(...args, '--http', mock);
  expect(JSON.stringify(mocked.output.items[0]?.calls)).toContain('as mocked');
  const unmocked = await testJson(...args);
  expect(JSON.stringify(unmocked.output.items[0]?.calls)).toContain(`no mock answers GET ${url}`);
});

const SHOP = {
  id: 'shop',
  tenant: 'acme',
  queues: [{ id: 'q', ordering: { key: '/customer' } }],
  jobs: [
    {
      event: { id: 'placed', supplierqueue: 'q', runtime: 'price', schema: { id: 's', schemaref: 'placed.json' } },
      result: { ok: { id: 'priced', supplierqueue: 'q', runtime: 'price' } },
    },
  ],
  runtimes: [{ id: 'price', moduleref: 'build/price.wasm' }],
  grants: { price: { config: { currency: 'EUR' } } },
};

const PRICE = `import { defineJob } from '@jobico/sdk';
export const handler = defineJob<{ customer: string }>(({ data, key }, { config, log }) => {
  log.info('priced for', key);
  return { customer: data.customer, currency: config.get('currency'), token: config.get('TOKEN') };
});
`;

async function shop(): Promise<string> {
  const folder = await temporaryFolder();
  const write = async (name: string, content: string) => writeFile(join(folder, name), content);
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'events'));
  await write('package.yaml', JSON.stringify(SHOP));
  await write('placed.json', JSON.stringify({ type: 'object', required: ['customer'] }));
  await write('src/price.ts', PRICE);
  await write('events/placed.json', JSON.stringify([{ customer: 'c-1' }, { customer: 'c-2' }]));
  return folder;
}

test("a package's job is built and gets its sample events, with its grants, key and schema; secrets are not shown", async () => {
  const folder = await shop();
  const { exitCode, output } = await testJson(folder, '--grant', 'secret:TOKEN=hush');
  expect(exitCode).toBe(0);
  expect(output.items.map(({ result }) => result)).toEqual([
    { customer: 'c-1', currency: 'EUR', token: '[secret TOKEN]' },
    { customer: 'c-2', currency: 'EUR', token: '[secret TOKEN]' },
  ]);
  expect(output.items[0]).toMatchObject({
    event: { key: 'c-1' },
    logs: [{ level: 'info', message: 'priced for c-1' }],
  });
  expect(JSON.stringify(output)).not.toContain('hush');

  const invalid = await testJson(folder, '--job', 'price', '--data', '{}');
  expect(invalid.exitCode).toBe(2);
  const refused = await testJson(folder, '--job', 'placed', '--no-build', '--data', '{}');
  expect(refused).toMatchObject({
    exitCode: 5,
    output: { error: { code: 'invalid', errors: [{ path: '/customer' }] } },
  });
});

test('a schema has what it refers to, in files', async () => {
  const folder = await shop();
  const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content));
  await mkdir(join(folder, 'parts'));
  await write('placed.json', { properties: { customer: { $ref: 'parts/customer.json' } } });
  await write('parts/customer.json', { pattern: '^c-' });
  expect((await testJson(folder)).exitCode).toBe(0);
  const refused = await testJson(folder, '--no-build', '--job', 'placed', '--data', '{"customer":"d"}');
  expect(refused).toMatchObject({ exitCode: 5, output: { error: { errors: [{ path: '/customer' }] } } });

  await write('placed.json', { $ref: 'parts/none.json' });
  const missing = await testJson(folder, '--no-build');
  expect(missing).toMatchObject({ exitCode: 5, output: { error: { code: 'schema-invalid' } } });
  expect(missing.output.error?.detail).toContain('parts/none.json, which is not next to it');
});

test('a secret that is granted and has no value here fails the job that asks for it, and says what to do', async () => {
  const folder = await shop();
  const grants = { price: { ...SHOP.grants.price, secrets: ['TOKEN'] } };
  await writeFile(join(folder, 'package.yaml'), JSON.stringify({ ...SHOP, grants }));
  const { exitCode, output } = await testJson(folder, '--job', 'placed');
  expect(exitCode).toBe(9);
  expect(output.items[0]?.error?.message).toContain(
    'secret TOKEN has no value on this machine: --grant secret:TOKEN=VALUE',
  );
});

test('what was misspelt is told with what was meant', async () => {
  const folder = await shop();
  const job = await testJson(folder, '--job', 'plcaed');
  expect(job).toMatchObject({ exitCode: 2, output: { error: { hint: 'Did you mean placed?' } } });
  const grant = await testJson(folder, '--no-build', '--grant', 'secre:TOKEN=hush');
  expect(grant).toMatchObject({ exitCode: 2, output: { error: { detail: expect.not.stringContaining('hush') } } });
  expect(grant.output.error?.detail).toContain('did you mean secret:…?');
});

test('with --watch a saved source runs again, and one that does not build says where', async () => {
  const folder = await shop();
  const watching = start(['test', folder, '--job', 'placed', '--watch']);
  const shown = async (text: string | RegExp, of: () => string) =>
    await vi.waitFor(() => expect(of()).toMatch(text), { timeout: 60_000, interval: 50 });
  await shown('c-2', watching.stdout);
  await shown('waiting for a change', watching.stderr);
  await writeFile(join(folder, 'src/price.ts'), PRICE.replace("'priced for'", "'now priced for'"));
  await shown('now priced for c-2', watching.stdout);
  await writeFile(join(folder, 'src/price.ts'), 'export const handler = ;\n');
  await shown(/price\.ts:1:24: Unexpected token/, watching.stderr);
  watching.child.kill('SIGINT');
  expect(await watching.ended).toBe(0);
});
