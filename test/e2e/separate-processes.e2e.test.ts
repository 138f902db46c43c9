import { createClient } from '@jobico/client';
import type { Execution } from '@jobico/contract';
import { expect, test } from 'vitest';
import type { KillableNats } from '../support/killable-nats.ts';
import { booking, laneOf, LEDGER, LEDGER_TENANT as TENANT } from '../support/ledger-package.ts';
import { allExecutions, audit, CLEAN, natsOf, storedIds, untilSettled } from '../support/ledger.ts';
import { send, sendEvents, until } from '../support/load.ts';
import { up, type PlatformProcess } from '../support/platform-process.ts';
import { processesApart } from '../support/processes-apart.ts';

const QUEUE = 'bookings';

async function apart(executors: number, definition: object = LEDGER) {
  const { nats, fronts, workers } = await processesApart(['listener,ctl'], executors, definition);
  return { nats, front: fronts['listener,ctl'], workers };
}

const address = ({ urls }: PlatformProcess) => `${urls.listener}/events/${TENANT}/booked`;

async function recorded({ url }: KillableNats): Promise<() => Promise<number>> {
  const nats = await natsOf(url);
  return async () => (await nats.jsm.streams.info('EXECUTIONS')).state.messages;
}

/** The process that has recorded the latest execution. */
async function workerOf(front: PlatformProcess, workers: readonly PlatformProcess[]): Promise<PlatformProcess> {
  const client = createClient({ url: front.urls.ctl });
  const [latest] = (await client.call('execution.list', { tenant: TENANT, limit: 1 })).items;
  const node = (await client.call('node.list', {})).items.find(({ id }) => id === latest?.node);
  const worker = workers.find(({ pid }) => pid === node?.pid);
  if (!worker) throw new Error(`no process is node ${latest?.node}`);
  return worker;
}

async function auditAll(
  front: PlatformProcess,
  { url }: KillableNats,
): Promise<{ executions: Execution[]; ids: string[] }> {
  const nats = await natsOf(url);
  await untilSettled(nats, TENANT);
  expect(await audit(nats, front.urls.ctl, TENANT, laneOf)).toEqual(CLEAN);
  const stored = await storedIds(nats, TENANT, QUEUE);
  return { executions: await allExecutions(front.urls.ctl, TENANT), ids: [...stored.values()] };
}

test('listener and executor in two processes: an event of the one runs in the other, also after each was started again', async () => {
  const { nats, front, workers } = await apart(1);
  const connection = await natsOf(nats.url);
  await send(address(front), [booking(0)]);
  await untilSettled(connection, TENANT);
  expect((await workers[0]?.stop())?.exitCode).toBe(0);
  await send(address(front), [booking(1)]);
  await front.stop();
  const worker = await up({ args: ['--nats-url', nats.url, '--modules', 'executor'] });
  await untilSettled(connection, TENANT);
  const again = await up({ args: ['--nats-url', nats.url, '--modules', 'ctl,listener'] });
  await send(address(again), [booking(2)]);
  await untilSettled(connection, TENANT);
  const executions = (await allExecutions(again.urls.ctl, TENANT)).filter(({ queue }) => queue === QUEUE);
  expect(executions.map(({ status, sequence }) => [sequence, status])).toEqual([1, 2, 3].map((n) => [n, 'ok']));
  const nodes = (await createClient({ url: again.urls.ctl }).call('node.list', {})).items;
  expect(nodes.map(({ module, pid }) => [module, pid])).toEqual([
    ['ctl', again.pid],
    ['executor', worker.pid],
    ['listener', again.pid],
  ]);
});

test('NATS is killed -9 and comes back under load: every process goes on by itself, nothing is lost or doubled', async () => {
  const { nats, front } = await apart(1);
  const count = await recorded(nats);
  const load = sendEvents(address(front), { count: Infinity, batch: 2, make: booking });
  await until(async () => (await count()) >= 200, '200 executions');
  await nats.kill();
  await until(() => load.refused.has(503), 'a refusal');
  await nats.start();
  const before = load.accepted.length;
  await until(() => load.accepted.length > before + 100, 'more events to be accepted');
  load.stop();
  await load.done;
  expect([...load.refused.keys()]).toEqual([503]);
  const { ids } = await auditAll(front, nats);
  const stored = new Set(ids);
  expect(load.accepted.filter((id) => !stored.has(id))).toEqual([]);
});

test('of two executors, the one at work is killed -9 in the midst of 2,000 events: the other has them all, in order', async () => {
  const { nats, front, workers } = await apart(2);
  const count = await recorded(nats);
  const load = sendEvents(address(front), { count: 2000, make: booking });
  await until(async () => (await count()) >= 300, '300 executions');
  const killed = await workerOf(front, workers);
  killed.signal('SIGKILL');
  await killed.ended;
  await load.done;
  expect(load.accepted).toHaveLength(2000);
  const { executions } = await auditAll(front, nats);
  expect(new Set(executions.map(({ node }) => node)).size).toBe(2);
});

test('of two executors that share the partitions of a queue, one is killed -9 in the midst of 2,000 events: the other has them all, in order', async () => {
  const [bookings, ...others] = LEDGER.queues;
  const partitioned = { ...bookings, ordering: { key: '/customer', partitions: 4 } };
  const { nats, front, workers } = await apart(2, { ...LEDGER, queues: [partitioned, ...others] });
  const count = await recorded(nats);
  const load = sendEvents(address(front), { count: 2000, make: booking });
  await until(async () => (await count()) >= 300, '300 executions');
  const killed = await workerOf(front, workers);
  killed.signal('SIGKILL');
  await killed.ended;
  await load.done;
  expect(load.accepted).toHaveLength(2000);
  const { executions } = await auditAll(front, nats);
  expect(new Set(executions.map(({ node }) => node)).size).toBe(2);
});

test('of two executors, the one at work hangs until the other has taken over, and wakes up: what it still holds counts for nothing', async () => {
  const { nats, front, workers } = await apart(2);
  const count = await recorded(nats);
  const load = sendEvents(address(front), { count: 1000, make: booking });
  await until(async () => (await count()) >= 200, '200 executions');
  const hung = await workerOf(front, workers);
  hung.signal('SIGSTOP');
  await load.done;
  await auditAll(front, nats);
  hung.signal('SIGCONT');
  // By the time it answers, and takes its turn again, it has said whatever it had to say.
  await until(async () => (await fetch(`${hung.urls.executor}/health`)).ok, 'the executor that was stopped');
  expect((await hung.stop()).exitCode).toBe(0);
  const { executions } = await auditAll(front, nats);
  expect(new Set(executions.map(({ node }) => node)).size).toBe(2);
});
