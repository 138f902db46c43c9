import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeadLetter, DropResult, Execution, RedriveResult } from '@jobico/contract';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: order-placed, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

/** A platform with a package whose job does as its event tells it; `die` sends events and waits until they are dead. */
async function shop() {
  const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'shop.yaml'), PACKAGE);
  const jobico = (...args: string[]) => finish(args, { JOBICO_URL: urls.ctl });
  const json = async <T>(...args: string[]) => JSON.parse((await jobico(...args, '--json')).stdout) as T;
  const deploy = async (guest: string) => {
    await writeFile(join(folder, 'work.wasm'), await buildGuest(guest));
    expect((await jobico('deploy', join(folder, 'shop.yaml'))).exitCode).toBe(0);
  };
  await deploy('as-told');
  const letters = async () => (await json<{ items: DeadLetter[] }>('deadletter', 'list')).items;
  const die = async (events: string[]) => {
    for (const event of events) {
      expect((await jobico('event', 'send', 'order-placed', '--data', event)).exitCode).toBe(0);
    }
    await vi.waitFor(async () => expect(await letters()).toHaveLength(events.length), { timeout: 15_000 });
  };
  return { jobico, json, deploy, letters, die };
}

test('from a dead letter to an event that succeeds: look, fix, redrive, once', { timeout: 120_000 }, async () => {
  const { jobico, json, deploy, die, letters } = await shop();
  await die(['{"attempts":["permanent"],"n":9007199254740993}', '{"attempts":["permanent"],"n":2}']);
  const [second, first] = await letters();
  const got = await jobico('deadletter', 'get', first?.id ?? '');
  expect(got.stdout).toContain('permanent: as told');
  expect((await json<{ items: DeadLetter[] }>('deadletter', 'list', '--code', 'trap')).items).toEqual([]);

  const dry = await jobico('deadletter', 'redrive', '--job', 'work', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('would be: 2 redriven') as string });
  expect(await letters()).toHaveLength(2);

  await deploy('echo');
  const redriven = await json<{ items: RedriveResult[] }>(
    'deadletter',
    'redrive',
    '--code',
    'permanent',
    '--rate',
    '50',
  );
  expect(redriven.items.map(({ id, outcome }) => [id, outcome])).toEqual([
    [first?.id, 'redriven'],
    [second?.id, 'redriven'],
  ]);
  const again = await jobico('deadletter', 'redrive', first?.id ?? '', second?.id ?? '');
  expect(again).toMatchObject({ exitCode: 0, stdout: 'No dead letter matches.\n' });

  const executionsOf = async (event: string) =>
    (await json<{ items: Execution[] }>('execution', 'list', '--event', event)).items;
  const [as, other] = redriven.items.map((item) => item.as ?? '');
  await vi.waitFor(async () => expect(await executionsOf(other ?? '')).toHaveLength(1), { timeout: 15_000 });
  expect(await executionsOf(as ?? '')).toMatchObject([
    {
      status: 'ok',
      attempt: 1,
      event: { id: as, redriveOf: { deadLetter: first?.id, execution: first?.execution, count: 1 } },
      result: { data: '{"attempts":["permanent"],"n":9007199254740993}' },
    },
  ]);
  expect(await letters()).toEqual([]);
});

test('what cannot go back is said letter by letter, and is dropped only by name', { timeout: 120_000 }, async () => {
  const { jobico, json, die, letters } = await shop();
  await die(['{"attempts":["permanent"]}', '{"attempts":["permanent"]}']);
  expect((await jobico('undeploy', 'shop', '--tenant', 'acme')).exitCode).toBe(0);
  const [second, first] = await letters();

  const refused = await jobico('deadletter', 'redrive', '--tenant', 'acme');
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('2 undeclared') as string });
  expect(refused.stdout).toContain('no package declares');
  expect(await letters()).toHaveLength(2);

  const dry = await jobico('deadletter', 'drop', first?.id ?? '', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('one dead letter') as string });
  const { items } = await json<{ items: DropResult[] }>('deadletter', 'drop', first?.id ?? '');
  expect(items).toMatchObject([{ id: first?.id, outcome: 'dropped' }]);
  expect((await letters()).map(({ id }) => id)).toEqual([second?.id]);
  expect((await jobico('deadletter', 'drop', '--all')).stdout).toBe('1 dropped\n');
  expect((await jobico('deadletter', 'get', first?.id ?? '')).exitCode).toBe(3);
});
