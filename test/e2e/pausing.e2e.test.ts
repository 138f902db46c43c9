import { createClient, type Client } from '@jobico/client';
import type { PauseState } from '@jobico/contract';
import { createPauses, type Nats } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { booking, laneOf, LEDGER_GUESTS, LEDGER_TENANT as TENANT } from '../support/ledger-package.ts';
import { allExecutions, audit, CLEAN, natsOf, storedIds, untilSettled } from '../support/ledger.ts';
import { send, sendEvents, until, type Load } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import type { PlatformProcess } from '../support/platform-process.ts';
import { processesApart } from '../support/processes-apart.ts';

const PATIENT = { timeout: 240_000 };
const EVENTS = 1200;

/** Nobody pauses it. */
const OTHER = {
  id: 'other',
  tenant: TENANT,
  queues: [{ id: 'others' }],
  jobs: [{ event: { id: 'seen', supplierqueue: 'others', runtime: 'see' } }],
  runtimes: [{ id: 'see', moduleref: 'as-told.wasm' }],
};

const events = (listener: PlatformProcess, event: string) => `${listener.urls.listener}/events/${TENANT}/${event}`;
const clientOf = (ctl: PlatformProcess) => createClient({ url: ctl.urls.ctl });

async function kill(process: PlatformProcess | undefined): Promise<void> {
  process?.signal('SIGKILL');
  await process?.ended;
}

async function deployOther(ctl: PlatformProcess): Promise<void> {
  const { file } = await packageFolder(OTHER, LEDGER_GUESTS);
  expect(await ctl.jobico('deploy', file)).toMatchObject({ exitCode: 0, stderr: '' });
}

/** Until events that nobody paused have run, one after another: what is paused has had the time to run. */
async function letOthersRun(client: Client, listener: PlatformProcess): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    const [id = ''] = await send(events(listener, 'seen'), [{ attempts: ['ok'] }]);
    const hasRun = async () =>
      (await client.call('execution.list', { tenant: TENANT, event: id, limit: 1 })).items.length > 0;
    await until(hasRun, 'an event that is not paused', 60_000);
  }
}

/** A load, as soon as much of it has run and much has not. */
async function loaded(nats: Nats, listener: PlatformProcess): Promise<Load> {
  const load = sendEvents(events(listener, 'booked'), { count: EVENTS, make: booking });
  const recorded = async () => (await nats.jsm.streams.info('EXECUTIONS')).state.messages;
  await until(async () => (await recorded()) >= 200, '200 executions', 60_000);
  return load;
}

const isWritten = async (nats: Nats) => (await (await createPauses(nats)).list(TENANT)).length > 0;

/** Nothing that was paused began meanwhile; afterwards each event has one outcome, in order. */
async function assertRested(
  nats: Nats,
  ctl: PlatformProcess,
  load: Load,
  rest: { from: string; to: string },
  of: string[],
) {
  await load.done;
  await untilSettled(nats, TENANT, 120_000);
  expect(load.accepted).toHaveLength(EVENTS);
  const stored = new Set((await storedIds(nats, TENANT, 'bookings')).values());
  expect(load.accepted.filter((id) => !stored.has(id))).toEqual([]);
  expect(await audit(nats, ctl.urls.ctl, TENANT, laneOf)).toEqual(CLEAN);
  const executions = (await allExecutions(ctl.urls.ctl, TENANT)).filter(({ queue }) => of.includes(queue));
  const between = executions.filter(({ startedAt }) => startedAt > rest.from && startedAt < rest.to);
  expect(between.map(({ queue, sequence, startedAt }) => [queue, sequence, startedAt, rest])).toEqual([]);
  const after = executions.filter(({ startedAt }) => startedAt >= rest.to);
  expect(after.length).toBeGreaterThan(100);
}

const now = () => new Date().toISOString();

test(
  'executors are killed -9 while a package is being paused, and while it is: it rests until it is resumed, and loses nothing',
  PATIENT,
  async () => {
    const { nats: server, fronts, workers, run } = await processesApart(['listener,ctl'], 2);
    const front = fronts['listener,ctl'];
    const nats = await natsOf(server.url);
    await deployOther(front);
    const client = clientOf(front);
    const load = await loaded(nats, front);

    const pausing = client.call('package.pause', { tenant: TENANT, package: 'ledger' });
    await until(() => isWritten(nats), 'the pause');
    await kill(workers[0]);
    expect(await pausing).toMatchObject({ paused: true, changed: true });
    // What lies in a sandbox may begin until it is called back; what is sent now comes there after that.
    await letOthersRun(client, front);
    const from = now();
    await letOthersRun(client, front);
    await kill(workers[1]);
    await run('executor');
    await letOthersRun(client, front);
    const to = now();
    await client.call('package.resume', { tenant: TENANT, package: 'ledger' });
    await assertRested(nats, front, load, { from, to }, ['bookings', 'entries']);
  },
);

test(
  'the control plane is killed -9 while a queue is being paused, and while it is: it rests until it is resumed, and loses nothing',
  PATIENT,
  async () => {
    const { nats: server, fronts, run } = await processesApart(['listener', 'ctl'], 1);
    const nats = await natsOf(server.url);
    await deployOther(fronts.ctl);
    const load = await loaded(nats, fronts.listener);

    const queue = { tenant: TENANT, queue: 'bookings' };
    const pausing: Promise<PauseState | undefined> = clientOf(fronts.ctl)
      .call('queue.pause', queue)
      .catch(() => undefined);
    await until(() => isWritten(nats), 'the pause');
    await kill(fronts.ctl);
    await pausing;
    const second = await run('ctl');
    // Whoever got no answer asks again.
    expect(await clientOf(second).call('queue.pause', queue)).toMatchObject({ paused: true, changed: false });
    await letOthersRun(clientOf(second), fronts.listener);
    const from = now();
    await letOthersRun(clientOf(second), fronts.listener);
    await kill(second);
    const third = await run('ctl');
    expect(await clientOf(third).call('queue.get', queue)).toMatchObject({ isAtRest: true });
    await letOthersRun(clientOf(third), fronts.listener);
    const to = now();
    await clientOf(third).call('queue.resume', queue);
    await assertRested(nats, third, load, { from, to }, ['bookings']);
  },
);
