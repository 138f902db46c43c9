import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '@jobico/nats-server';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { nextSequence, readDurations, readSettled, untilSettled } from '../measure/settled.ts';

const stack = new AsyncDisposableStack();
let nc: NatsConnection;
let jsm: JetStreamManager;
const QUEUE = { tenant: 'a', queue: 'q' };

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-settled-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = stack.use(await startNatsServer({ binary: inject('natsServerBinary'), dataDir }));
  nc = await connect({ servers: server.url });
  stack.defer(() => nc.close());
  jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: 'QUEUE_a_q', subjects: ['jobico.event.a.>', 'jobico.queue.a.q'] });
  await jsm.consumers.add('QUEUE_a_q', { durable_name: 'executor', ack_policy: 'explicit' });
  await jsm.streams.add({ name: 'EXECUTIONS', subjects: ['jobico.execution.>'] });
  await jsm.streams.add({ name: 'PARKED', subjects: ['jobico.parked.>'] });
});

afterAll(() => stack.disposeAsync());

const publish = async (subject: string, body: unknown) =>
  (await jetstream(nc).publish(subject, JSON.stringify(body))).seq;

const record = (sequence: number, queue = 'q', tenant = 'a') =>
  publish(`jobico.execution.${tenant}.p.j.ok.${queue}.${sequence}`, {
    sequence,
    status: 'ok',
    attempt: 1,
    durationMs: sequence / 2,
    event: { key: 'k' },
  });

test('events from a sequence on are read with their outcomes, and nothing else of the streams', async () => {
  const startedAtMs = Date.now();
  await record(await publish('jobico.event.a.e', {}));
  const from = await nextSequence(nc, QUEUE);
  const wanted = [await publish('jobico.event.a.e', {}), await publish('jobico.event.a.e', {})];
  await publish('jobico.queue.a.q', '');
  for (const sequence of wanted.toReversed()) await record(sequence);
  await record(99, 'other');
  await record(99, 'q', 'b');
  const settled = await readSettled(nc, QUEUE, from);
  expect(settled.map(({ sequence, key }) => [sequence, key])).toEqual(wanted.toReversed().map((each) => [each, 'k']));
  for (const { storedAtMs, recordedAtMs } of settled) {
    expect(storedAtMs).toBeGreaterThan(startedAtMs - 1000);
    expect(recordedAtMs).toBeGreaterThan(storedAtMs);
  }
  expect(await readDurations(nc, 'b', startedAtMs - 1000)).toEqual([49.5]);
});

test('a queue is settled once everything is acknowledged and nothing is parked', async () => {
  const isSettled = async () => {
    await untilSettled(nc, [QUEUE], AbortSignal.timeout(300));
    return true;
  };
  await expect(isSettled()).rejects.toThrow('abort');
  const consumer = await jetstream(nc).consumers.get('QUEUE_a_q', 'executor');
  for await (const message of await consumer.fetch({ max_messages: 4, expires: 5000 })) await message.ackAck();
  const parked = await publish('jobico.parked.a.q.0.k', {});
  await expect(isSettled()).rejects.toThrow('abort');
  await jsm.streams.deleteMessage('PARKED', parked);
  expect(await isSettled()).toBe(true);
});
