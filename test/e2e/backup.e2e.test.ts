import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@jobico/client';
import { expect, test } from 'vitest';
import { until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { jobico, natsServerBinary, temporaryFolder, up, type PlatformProcess } from '../support/platform-process.ts';

const TENANT = 'acme';
const SHOP = {
  id: 'shop',
  tenant: TENANT,
  queues: [
    { id: 'orders', ordering: { key: '/customer' } },
    { id: 'after', ordering: 'none' },
  ],
  jobs: [
    {
      event: { id: 'told', supplierqueue: 'orders', runtime: 'tell' },
      result: { ok: { id: 'done' } },
      retry: { maximumAttempts: 3, initialInterval: 'PT0.05S' },
    },
    { event: { id: 'done', supplierqueue: 'after', runtime: 'look' } },
  ],
  runtimes: [
    { id: 'tell', moduleref: 'tell.wasm' },
    { id: 'look', moduleref: 'look.wasm' },
  ],
  grants: { look: { secrets: ['TAX_KEY'] } },
  schedules: [{ id: 'yearly', event: 'told', cron: '0 0 3 1 1 *' }],
};
const ofTenant = ['--tenant', TENANT];

const clientOf = ({ urls }: PlatformProcess) => createClient({ url: urls.ctl });
const send = (platform: PlatformProcess, data: unknown[]) =>
  clientOf(platform).call('event.send', { tenant: TENANT, event: 'told', data });
const executions = async (platform: PlatformProcess) =>
  (await clientOf(platform).call('execution.list', { tenant: TENANT, limit: 1000 })).items;
const ended = async (platform: PlatformProcess, job: string) =>
  (await executions(platform)).filter((each) => each.job === job && each.status !== 'retry');

/** A platform that has run some events, has a dead letter, and without executors has events that wait. */
async function filledData(): Promise<{ data: string; waiting: string[]; letters: unknown[] }> {
  const data = await temporaryFolder();
  const whole = await up({ data });
  const { file } = await packageFolder(SHOP, { 'tell.wasm': 'as-told', 'look.wasm': 'echo' });
  expect((await whole.jobico('deploy', file)).exitCode).toBe(0);
  await whole.jobicoWith('a value to keep', 'secret', 'set', 'TAX_KEY', ...ofTenant);
  await send(
    whole,
    ['a', 'b', 'c', 'd', 'e'].map((customer) => ({ customer })),
  );
  await send(whole, [{ customer: 'f', attempts: ['permanent'] }]);
  await until(async () => (await ended(whole, 'look')).length === 5, '5 events to come to their end');
  const letters = await clientOf(whole).call('deadletter.list', { tenant: TENANT, limit: 10 });
  await whole.stop();
  const idle = await up({ data, args: ['--modules', 'listener,ctl'] });
  const { events } = await send(
    idle,
    Array.from({ length: 40 }, (_, n) => ({ customer: `c${n % 7}`, n })),
  );
  await idle.stop();
  return { data, waiting: events.map(({ id }) => id), letters: letters.items };
}

test(
  'a backup is restored into an empty installation: what waited runs, and what was there is there',
  { timeout: 240_000 },
  async () => {
    const { data, waiting, letters } = await filledData();
    const env = { JOBICO_NATS_SERVER: await natsServerBinary() };
    const first = await up({ data, args: ['--modules', 'listener,ctl'] });
    const folder = join(await temporaryFolder(), 'saved');
    const natsUrl = first.urls.nats;
    const saved = await jobico(['backup', 'create', folder, '--nats-url', natsUrl, '--json']);
    expect(saved.exitCode).toBe(0);
    expect(saved.stderr).toContain('QUEUE_acme_orders');
    const again = await jobico(['backup', 'create', folder, '--nats-url', natsUrl]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not empty') as string });
    const running = await jobico(['backup', 'restore', folder, '--nats-url', natsUrl]);
    expect(running).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('modules are running') as string });
    await first.stop();
    const full = await jobico(['backup', 'restore', folder, '--data', data], env);
    expect(full).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('QUEUE_acme_orders') as string });

    expect(await jobico(['backup', 'verify', folder])).toMatchObject({ exitCode: 0 });
    const empty = await temporaryFolder();
    const restored = await jobico(['backup', 'restore', folder, '--data', empty, '--json'], env);
    expect(restored.exitCode).toBe(0);
    expect((JSON.parse(restored.stdout) as { completed: number }).completed).toBe(0);
    await writeFile(join(empty, 'secrets.key'), await readFile(join(data, 'secrets.key')));

    const second = await up({ data: empty });
    await until(async () => (await ended(second, 'look')).length === 45, 'what waited to come to its end', 60_000);
    const ran = (await ended(second, 'tell')).map(({ event }) => event.id);
    expect(ran.filter((id) => waiting.includes(id)).toSorted()).toEqual(waiting.toSorted());
    expect(new Set(ran).size).toBe(ran.length);
    expect((await clientOf(second).call('deadletter.list', { tenant: TENANT, limit: 10 })).items).toEqual(letters);
    const schedules = await clientOf(second).call('schedule.list', { tenant: TENANT });
    expect(schedules.items).toMatchObject([{ id: 'yearly', package: 'shop', next: expect.any(String) as string }]);
    await send(second, [{ customer: 'new' }]);
    await until(async () => (await ended(second, 'look')).length === 46, 'the package to answer');
  },
);

test(
  'a damaged backup is told of, and changes nothing; one that was interrupted is none',
  { timeout: 120_000 },
  async () => {
    const data = await temporaryFolder();
    const platform = await up({ data });
    const { file } = await packageFolder(SHOP, { 'tell.wasm': 'as-told', 'look.wasm': 'echo' });
    await platform.jobico('deploy', file);
    const parent = await temporaryFolder();
    const folder = join(parent, 'saved');
    const natsUrl = platform.urls.nats;
    expect((await jobico(['backup', 'create', folder, '--nats-url', natsUrl])).exitCode).toBe(0);
    const path = join(folder, 'streams', 'KV_definitions.snapshot');
    const content = await readFile(path);
    content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
    await writeFile(path, content);
    const env = { JOBICO_NATS_SERVER: await natsServerBinary() };
    const empty = await temporaryFolder();
    for (const args of [
      ['verify', folder],
      ['restore', folder, '--data', empty],
    ]) {
      const told = await jobico(['backup', ...args], env);
      expect(told).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('KV_definitions.snapshot') as string });
    }
    expect((await jobico(['backup', 'verify', parent])).exitCode).toBe(2);
    const gone = join(parent, 'gone');
    const interrupted = jobico(['backup', 'create', gone, '--nats-url', natsUrl]);
    await platform.killAll();
    const { exitCode } = await interrupted;
    const names = await readdir(parent);
    // It was quicker than the kill, or it left nothing.
    expect(exitCode === 0 ? names : ['gone', ...names]).toEqual(expect.arrayContaining(['gone', 'saved']) as string[]);
    expect(names.filter((name) => name !== 'saved' && name !== 'gone')).toEqual([]);
    expect(names.includes('gone')).toBe(exitCode === 0);
  },
);
