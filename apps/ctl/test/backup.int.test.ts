import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution, Queue } from '@jobico/contract';
import { connectNats, createEventId, ensureQueue, ensureStreams, type Nats } from '@jobico/messaging';
import { startNatsServer } from '@jobico/nats-server';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createBackup } from '../src/backup/create-backup.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';

const log = createSilentLogger();
const QUEUE: Queue = {
  id: 'q',
  ordering: { kind: 'none' },
  storage: 'file',
  maxAgeMs: 3_600_000,
  maxBytes: -1,
  maxEvents: -1,
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jobico-backup-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A NATS of its own, with the streams of the platform. */
async function installation(): Promise<Nats> {
  const server = await startNatsServer({ binary: inject('natsServerBinary'), dataDir: await folder() });
  onTestFinished(() => server.stop());
  const nats = await connectNats({ url: server.url, name: 'test', log });
  onTestFinished(() => nats.close());
  await ensureStreams(nats);
  return nats;
}

/** The record of an event that raised another one. */
function recordOf(raised: string): Execution {
  const time = new Date().toISOString();
  const event = { id: `before-${raised}`, name: 'begun', time };
  return {
    id: createEventId(),
    tenant: 'acme',
    package: 'p',
    version: 1,
    job: 'j',
    event,
    attempt: 1,
    status: 'ok',
    startedAt: time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'q',
    sequence: 1,
    logs: [],
    node: 'n',
    emitted: [{ id: raised, event: 'placed', data: { raised }, route: 'emit' }],
    usage: { memoryBytes: 0, hostCalls: 0 },
  };
}

const messagesOf = async ({ jsm }: Nats, stream: string) => (await jsm.streams.info(stream)).state.messages;

test('streams come back with every message, its headers and its number, and with how far each consumer is', async () => {
  const from = await installation();
  await ensureQueue(from, 'acme', QUEUE, ['placed']);
  const text = 'x'.repeat(50_000);
  for (let n = 0; n < 40; n += 1) {
    await from.publisher.publish('jobico.event.acme.placed', JSON.stringify({ n, text }), [['Nats-Msg-Id', `e${n}`]]);
  }
  const consumer = await from.js.consumers.get('QUEUE_acme_q', 'executor');
  for (let n = 0; n < 10; n += 1) await (await consumer.next())?.ackAck();
  const path = join(await folder(), 'saved');
  const steps: string[] = [];
  const manifest = await createBackup(from, { folder: path, onStep: (step) => steps.push(step) });
  expect(manifest.streams.map(({ name }) => name)).toEqual([
    'SCHEDULES',
    'QUEUE_acme_q',
    'PARKED',
    'DEADLETTERS',
    'EXECUTIONS',
  ]);
  expect(steps.join('\n')).toContain('QUEUE_acme_q: 40 messages');

  const to = await installation();
  const restored = await restoreBackup(to, { folder: path });
  expect(restored.streams).toContainEqual({ name: 'QUEUE_acme_q', messages: 40, consumers: 1 });
  const { state, config } = await to.jsm.streams.info('QUEUE_acme_q');
  expect({ first: state.first_seq, last: state.last_seq, subjects: config.subjects }).toEqual({
    first: 1,
    last: 40,
    subjects: (await from.jsm.streams.info('QUEUE_acme_q')).config.subjects,
  });
  const message = await to.jsm.streams.getMessage('QUEUE_acme_q', { seq: 17 });
  expect(message?.header.get('Nats-Msg-Id')).toBe('e16');
  expect(message?.json()).toEqual({ n: 16, text });
  const info = await to.jsm.consumers.info('QUEUE_acme_q', 'executor');
  expect({ floor: info.ack_floor.stream_seq, pending: info.num_pending }).toEqual({ floor: 10, pending: 30 });
});

test('what an outcome raised after its queue was saved is put there from the record, and nothing twice', async () => {
  const from = await installation();
  await ensureQueue(from, 'acme', QUEUE, ['placed']);
  const publish = (id: string) => from.publisher.publish('jobico.event.acme.placed', '{}', [['Nats-Msg-Id', id]]);
  const record = (id: string, slot: number) =>
    from.publisher.publish(`jobico.execution.acme.p.j.ok.q.${slot}`, JSON.stringify(recordOf(id)));
  await publish('there');
  await record('there', 1);
  const path = join(await folder(), 'saved');
  const movesOn = async (step: string) => {
    if (step.includes('PARKED')) await record('late', 2);
  };
  const moved: Promise<void>[] = [];
  await createBackup(from, { folder: path, onStep: (step) => moved.push(movesOn(step)) });
  await Promise.all(moved);
  const to = await installation();
  expect((await restoreBackup(to, { folder: path })).completed).toBe(1);
  expect(await messagesOf(to, 'QUEUE_acme_q')).toBe(2);
  const last = await to.jsm.streams.getMessage('QUEUE_acme_q', { seq: 2 });
  expect({ id: last?.header.get('Nats-Msg-Id'), data: last?.json() }).toEqual({ id: 'late', data: { raised: 'late' } });
});

test('an interrupted backup leaves nothing behind', async () => {
  const from = await installation();
  const parent = await folder();
  const stop = new AbortController();
  const onStep = (step: string) => step.includes('PARKED') && stop.abort(new Error('enough'));
  const saving = createBackup(from, { folder: join(parent, 'saved'), onStep, signal: stop.signal });
  await expect(saving).rejects.toThrow('enough');
  expect(await readdir(parent)).toEqual([]);
});

test('what is not empty is restored into only where it is said what may go', async () => {
  const from = await installation();
  await from.js.publish('jobico.deadletter.acme.q.placed', '{"of":"the backup"}');
  const path = join(await folder(), 'saved');
  await createBackup(from, { folder: path });
  const to = await installation();
  await to.js.publish('jobico.deadletter.acme.q.placed', '{"of":"here"}');
  await expect(restoreBackup(to, { folder: path })).rejects.toMatchObject({
    code: 'conflict',
    details: { streams: ['DEADLETTERS'] },
  });
  await expect(restoreBackup(to, { folder: path, only: ['DEADLETTER'] })).rejects.toMatchObject({
    code: 'usage',
    hint: 'Did you mean DEADLETTERS?',
  });
  const only = ['DEADLETTERS'];
  await expect(restoreBackup(to, { folder: path, only })).rejects.toMatchObject({ code: 'conflict' });
  await restoreBackup(to, { folder: path, only, replace: only });
  expect((await to.jsm.streams.getMessage('DEADLETTERS', { seq: 1 }))?.json()).toEqual({ of: 'the backup' });
});
