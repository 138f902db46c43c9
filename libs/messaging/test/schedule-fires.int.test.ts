import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectNats,
  createScheduleStore,
  ensureQueue,
  ensureStreams,
  forwardFires,
  queueStream,
  type Definitions,
  type Nats,
} from '@jobico/messaging';
import { startNatsServer } from '@jobico/nats-server';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { firedSubject, SCHEDULES } from '../src/subjects.ts';
import { queue, uniqueTenant } from './nats.ts';

const log = createSilentLogger();
/** The server takes a moment for what it keeps in files. */
const PATIENT = { timeout: 15_000, interval: 20 };

/** A connection to a nats-server of its own: all forwarders of a server share what has fired. */
async function ownNats(): Promise<Nats> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-fires-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startNatsServer({ binary: inject('natsServerBinary'), dataDir });
  onTestFinished(() => server.stop());
  const nats = await connectNats({ url: server.url, name: 'test', log });
  onTestFinished(() => nats.close());
  await ensureStreams(nats);
  return nats;
}

const DEFINITIONS = {
  event: () => ({ queue: queue('q', { kind: 'none' }) }),
} as unknown as Definitions;

async function forwarding(nats: Nats): Promise<void> {
  const deps = { nats, definitions: DEFINITIONS, schedules: await createScheduleStore(nats), log };
  const forwarder = await forwardFires(deps);
  onTestFinished(() => forwarder.stop());
}

/** A tenant whose queue takes so many events. */
async function tenantWith(nats: Nats, maxEvents: number): Promise<string> {
  const tenant = uniqueTenant();
  await ensureQueue(nats, tenant, queue('q', { kind: 'none' }, maxEvents), ['tick']);
  return tenant;
}

/** As the server does it. */
const fire = (nats: Nats, tenant: string, schedule: string) =>
  nats.publisher.publish(firedSubject(tenant, schedule), '{}', [['Jobico-Event', 'tick']]);

async function queued({ jsm }: Nats, tenant: string): Promise<number> {
  return (await jsm.streams.info(queueStream(tenant, 'q'))).state.messages;
}

test('one whose queue is full holds up no other, however much it has fired', async () => {
  const nats = await ownNats();
  const [full, other] = [await tenantWith(nats, 1), await tenantWith(nats, -1)];
  for (let at = 0; at < 300; at += 1) await fire(nats, full, `s${at}`);
  await forwarding(nats);
  const all = async () => (await nats.jsm.consumers.info(SCHEDULES, 'forwarder')).delivered.consumer_seq;
  await expect.poll(all, PATIENT).toBeGreaterThanOrEqual(256);
  await fire(nats, other, 'own');
  await expect.poll(() => queued(nats, other), PATIENT).toBe(1);
});

test('what a full queue refused is put there once there is room, and is not looked for before', async () => {
  const nats = await ownNats();
  const tenant = await tenantWith(nats, 1);
  await forwarding(nats);
  const looks = vi.spyOn(nats.jsm.streams, 'names');
  await fire(nats, tenant, 'first');
  await fire(nats, tenant, 'second');
  const redelivered = async () => (await nats.jsm.consumers.info(SCHEDULES, 'forwarder')).delivered.consumer_seq;
  await expect.poll(redelivered, PATIENT).toBeGreaterThanOrEqual(4);
  await nats.jsm.streams.purge(queueStream(tenant, 'q'));
  await expect.poll(() => queued(nats, tenant), PATIENT).toBe(1);
  expect(looks).not.toHaveBeenCalled();
});

test('a consumer of before has no limit any more that tenants share', async () => {
  const nats = await ownNats();
  await nats.jsm.consumers.add(SCHEDULES, {
    durable_name: 'forwarder',
    description: 'Puts what has fired on its queue',
    filter_subject: 'jobico.fired.>',
    ack_policy: 'explicit',
    deliver_policy: 'all',
    ack_wait: 30_000_000_000,
    max_ack_pending: 256,
    max_deliver: -1,
  });
  const tenant = await tenantWith(nats, -1);
  await fire(nats, tenant, 'before');
  await forwarding(nats);
  expect((await nats.jsm.consumers.info(SCHEDULES, 'forwarder')).config.max_ack_pending).toBe(-1);
  await expect.poll(() => queued(nats, tenant), PATIENT).toBe(1);
});
