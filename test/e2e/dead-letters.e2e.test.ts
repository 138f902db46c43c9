import { createClient } from '@jobico/client';
import type { DeadLetter, RedriveResult } from '@jobico/contract';
import { expect, test } from 'vitest';
import { listQueues } from '@jobico/messaging';
import { allExecutions, natsOf } from '../support/ledger.ts';
import { sendEvents, until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { up, type PlatformProcess } from '../support/platform-process.ts';

const TENANT = 'acme';
const COUNT = 300;
const BOOKS = {
  id: 'books',
  tenant: TENANT,
  queues: [{ id: 'bookings', ordering: { key: '/customer' } }],
  jobs: [{ event: { id: 'booked', supplierqueue: 'bookings', runtime: 'book' } }],
  runtimes: [{ id: 'book', moduleref: 'book.wasm' }],
};

async function deploy(platform: PlatformProcess, guest: string): Promise<void> {
  const { file } = await packageFolder(BOOKS, { 'book.wasm': guest });
  expect((await platform.jobico('deploy', file)).exitCode).toBe(0);
}

async function lettersOf({ urls }: PlatformProcess): Promise<DeadLetter[]> {
  return (await createClient({ url: urls.ctl }).call('deadletter.list', { tenant: TENANT, limit: 1000 })).items;
}

async function redrive(platform: PlatformProcess, ...flags: string[]) {
  const { exitCode, stdout } = await platform.jobico('deadletter', 'redrive', '--tenant', TENANT, '--json', ...flags);
  return { exitCode, items: exitCode === 0 ? (JSON.parse(stdout) as { items: RedriveResult[] }).items : [] };
}

test('a redrive is killed -9 with everything else, and repeated: every event succeeds once', async () => {
  const first = await up();
  await deploy(first, 'as-told');
  const make = (n: number) => ({ customer: `c-${n % 20}`, n, attempts: ['permanent'] });
  await sendEvents(`${first.urls.listener}/events/${TENANT}/booked`, { count: COUNT, make }).done;
  await until(async () => (await lettersOf(first)).length === COUNT, `${COUNT} dead letters`, 40_000);
  const letters = await lettersOf(first);
  await deploy(first, 'echo');
  const interrupted = redrive(first, '--rate', '100');
  await until(async () => (await lettersOf(first)).length < COUNT - 50, '50 letters redriven');
  await first.killAll();
  expect((await interrupted).exitCode).not.toBe(0);

  const second = await up({ data: first.data });
  const left = await lettersOf(second);
  expect(left.length).toBeGreaterThan(0);
  const { exitCode, items } = await redrive(second);
  expect({ exitCode, redriven: items.length }).toEqual({ exitCode: 0, redriven: left.length });
  expect(await redrive(second)).toEqual({ exitCode: 0, items: [] });
  const nats = await natsOf(second.urls.nats);
  const pending = async () => (await listQueues(nats, TENANT)).reduce((sum, queue) => sum + queue.pending, 0);
  await until(async () => (await pending()) === 0, 'the queue to be empty', 40_000);

  const ended = (await allExecutions(second.urls.ctl, TENANT)).filter(({ status }) => status === 'ok');
  expect(ended.map(({ event }) => `${event.id} of ${event.redriveOf?.deadLetter}`).toSorted()).toEqual(
    letters.map(({ id, event }) => `${event.id}:redrive:${id} of ${id}`).toSorted(),
  );
  expect(await lettersOf(second)).toEqual([]);
});
