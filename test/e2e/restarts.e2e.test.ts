import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createClient } from '@jobico/client';
import { expect, onTestFinished, test } from 'vitest';
import { booking, laneOf, LEDGER, LEDGER_GUESTS, LEDGER_TENANT as TENANT } from '../support/ledger-package.ts';
import { allExecutions, audit, CLEAN, natsOf, storedIds, untilSettled } from '../support/ledger.ts';
import { send, sendEvents, until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { serverPidOf, startUp, temporaryFolder, up, type PlatformProcess } from '../support/platform-process.ts';

const QUEUE = 'bookings';
const LONGEST_STOP_MS = 8000;

const address = ({ urls }: PlatformProcess) => `${urls.listener}/events/${TENANT}/booked`;

async function deployLedger(platform: PlatformProcess): Promise<void> {
  const { file } = await packageFolder(LEDGER, LEDGER_GUESTS);
  const { exitCode, stderr } = await platform.jobico('deploy', file);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

async function untilExecuted(platform: PlatformProcess, howMany: number): Promise<void> {
  const nats = await natsOf(platform.urls.nats);
  const recorded = async () => (await nats.jsm.streams.info('EXECUTIONS')).state.messages;
  await until(async () => (await recorded()) >= howMany, `${howMany} executions`);
}

test('2,000 events, everything killed -9 in the midst of them, and started again: each accepted event has one outcome, in order', async () => {
  const first = await up();
  await deployLedger(first);
  const load = sendEvents(address(first), { count: 2000, make: booking });
  await untilExecuted(first, 300);
  await first.killAll();
  await load.done;
  expect(load.accepted.length).toBeGreaterThan(300);

  const second = await up({ data: first.data });
  const nats = await natsOf(second.urls.nats);
  const atRestart = await storedIds(nats, TENANT, QUEUE);
  const ids = new Set(atRestart.values());
  expect(load.accepted.filter((id) => !ids.has(id))).toEqual([]);
  const rest = { count: 2000 - atRestart.size, make: (n: number) => booking(atRestart.size + n) };
  await sendEvents(address(second), rest).done;
  await untilSettled(nats, TENANT);

  const stored = await storedIds(nats, TENANT, QUEUE);
  expect(stored.size).toBe(2000);
  expect(await audit(nats, second.urls.ctl, TENANT, laneOf)).toEqual(CLEAN);
  const executions = await allExecutions(second.urls.ctl, TENANT);
  const dead = executions.filter(({ status }) => status === 'dead').map(({ event }) => event.id);
  const client = createClient({ url: second.urls.ctl });
  const letters = (await client.call('deadletter.list', { tenant: TENANT, limit: 1000 })).items;
  expect(letters.map(({ event }) => event.id).toSorted()).toEqual(dead.toSorted());
});

test('a stop in the midst of 1,000 events takes seconds, ends with 0, and loses none of them', async () => {
  const first = await up();
  await deployLedger(first);
  const load = sendEvents(address(first), { count: 1000, make: booking });
  await untilExecuted(first, 200);
  const startedAt = performance.now();
  const { exitCode, stdout } = await first.stop();
  expect(performance.now() - startedAt).toBeLessThan(LONGEST_STOP_MS);
  expect(exitCode).toBe(0);
  // The line that says it is ready, and nothing since.
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  await load.done;

  const second = await up({ data: first.data });
  const nats = await natsOf(second.urls.nats);
  await untilSettled(nats, TENANT);
  const stored = await storedIds(nats, TENANT, QUEUE);
  const ids = new Set(stored.values());
  expect(load.accepted.filter((id) => !ids.has(id))).toEqual([]);
  expect(await audit(nats, second.urls.ctl, TENANT, laneOf)).toEqual(CLEAN);
});

test('a restart keeps what waits in a queue, what is deployed, and what has happened', async () => {
  const first = await up();
  await deployLedger(first);
  await send(address(first), [
    { customer: 'a', n: 1 },
    { customer: 'a', n: 2 },
  ]);
  await untilSettled(await natsOf(first.urls.nats), TENANT);
  expect((await first.stop()).exitCode).toBe(0);

  const taking = await up({ data: first.data, args: ['--modules', 'listener,ctl'] });
  expect(Object.keys(taking.urls).toSorted()).toEqual(['ctl', 'listener', 'nats']);
  const waiting = await send(address(taking), [
    { customer: 'a', n: 3 },
    { customer: 'b', n: 4 },
  ]);
  // Each of the first two raised another.
  expect(await allExecutions(taking.urls.ctl, TENANT)).toHaveLength(4);
  expect((await taking.stop()).exitCode).toBe(0);

  const second = await up({ data: first.data });
  const { stdout } = await second.jobico('package', 'list', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 'ledger', version: 1 }] });
  await untilSettled(await natsOf(second.urls.nats), TENANT);
  const executions = (await allExecutions(second.urls.ctl, TENANT)).filter(({ queue }) => queue === QUEUE);
  expect(executions.map(({ sequence, status }) => [sequence, status])).toEqual([1, 2, 3, 4].map((n) => [n, 'ok']));
  expect(executions.slice(2).map(({ event }) => event.id)).toEqual(waiting);
});

test('the nats-server alone is killed -9: one clear line, exit code 8, and the next start has everything', async () => {
  const data = await temporaryFolder();
  const first = await startUp(['--data', data, '--log-level', 'silent']);
  process.kill(await serverPidOf(data), 'SIGKILL');
  const { exitCode, stderr } = await first.ended;
  expect(exitCode).toBe(8);
  const [line, ...hint] = stderr.trimEnd().split('\n');
  expect(line).toBe('✗ nats-server-failed: nats-server has ended by itself (SIGKILL); the platform stops');
  expect(hint.join('').trim()).toBe('What it had acknowledged is on disk: start again with the same --data.');
  const second = await up({ data });
  expect((await second.jobico('package', 'list', '--tenant', TENANT)).exitCode).toBe(0);
});

test('a port in use: one clear line, exit code 8, and nothing is left running', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const data = await temporaryFolder();
  const { ended } = await startUp(['--data', data, '--log-level', 'silent', '--listener-port', String(port)]);
  const { exitCode, stdout, stderr } = await ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 8, stdout: '' });
  expect(stderr.split('\n')[0]).toBe(`✗ port-in-use: port ${port} for the listener is in use already`);
  expect(stderr).toContain('--listener-port');
  // Its nats-server would hold the data.
  await up({ data });
});

test('a second platform on the same data is refused, and the first goes on', async () => {
  const first = await up();
  const { ended } = await startUp(['--data', first.data, '--log-level', 'silent']);
  const { exitCode, stderr } = await ended;
  expect(exitCode).toBe(6);
  expect(stderr).toContain('is in use');
  expect((await fetch(`${first.urls.listener}/health`)).status).toBe(200);
});
