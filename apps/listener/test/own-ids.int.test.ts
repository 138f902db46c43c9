import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
import { startListener } from '../src/index.ts';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

const ids = async ({ stored }: Front) => (await stored()).map(({ header }) => header('Nats-Msg-Id'));
const texts = async ({ stored }: Front) => (await stored()).map(({ text }) => text);

async function readyFront(events: Record<string, object | undefined> = { placed: undefined }): Promise<Front> {
  const entrance = await front();
  await entrance.declare(events);
  return entrance;
}

const withId = (id: string) => ({ 'idempotency-key': id });

test('a request that is sent again under its id makes no second event and gets the first answer', async () => {
  const entrance = await readyFront();
  const first = await entrance.post('placed', { data: [{ n: 1 }] }, withId('order-1'));
  const repeats = await Promise.all(
    [1, 2, 3].map(() => entrance.post('placed', { data: [{ n: 1 }] }, withId('order-1'))),
  );
  expect(first).toMatchObject({ status: 202, body: { accepted: 1, events: [{ id: 'order-1' }] } });
  for (const { status, body } of repeats) expect({ status, body }).toEqual({ status: 202, body: first.body });
  expect(await ids(entrance)).toEqual(['order-1']);
});

test('twenty requests of one id at the same time make one event', async () => {
  const entrance = await readyFront();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => entrance.post('placed', { data: ['same'] }, withId('at-once'))),
  );
  expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1);
  expect(answers[0]?.status).toBe(202);
  expect(await ids(entrance)).toEqual(['at-once']);
});

test('the events of a request that has one id are numbered, and are stored once', async () => {
  const entrance = await readyFront();
  const body = { data: ['a', 'b', 'c'] };
  const first = await entrance.post('placed', body, withId('batch'));
  expect(first.body.events).toEqual([{ id: 'batch/0' }, { id: 'batch/1' }, { id: 'batch/2' }]);
  expect((await entrance.post('placed', body, withId('batch'))).body).toEqual(first.body);
  expect(await texts(entrance)).toEqual(['"a"', '"b"', '"c"']);
});

test('the same id with another body, or another key, is refused: 409', async () => {
  const entrance = await readyFront();
  await entrance.post('placed', { data: [1] }, withId('one'));
  const other = await entrance.post('placed', { data: [2] }, withId('one'));
  expect(other).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ value: 'one' }] } });
  expect(other.body.hint).toContain('one event');
  expect((await entrance.post('placed', { data: [1] }, { ...withId('one'), 'jobico-key': 'k' })).status).toBe(409);
  expect(await texts(entrance)).toEqual(['1']);
});

test('an id that another event of the queue has is refused, and not taken for one that is stored', async () => {
  const entrance = await readyFront({ placed: undefined, paid: undefined });
  await entrance.post('placed', { data: [1] }, withId('one'));
  for (const _ of ['first', 'again']) {
    const other = await entrance.post('paid', { data: [2] }, withId('one'));
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ value: 'one' }] } });
    expect(other.body.detail).toContain('another event with the id one');
  }
  expect((await entrance.post('paid', { data: [2] }, withId('two'))).status).toBe(202);
  expect((await entrance.post('placed', { data: [1] }, withId('one'))).status).toBe(202);
  expect(await texts(entrance)).toEqual(['1', '2']);
});

test('an id that was refused with an invalid event is free for the one that is put right', async () => {
  const entrance = await readyFront({ placed: { type: 'number' } });
  expect((await entrance.post('placed', { data: ['no'] }, withId('fixed'))).status).toBe(422);
  expect((await entrance.post('placed', { data: [1] }, withId('fixed'))).status).toBe(202);
  expect(await ids(entrance)).toEqual(['fixed']);
});

test.each(['a b', 'x'.repeat(257), '""', 'café'])('%j is no id: 400 that names the header', async (id) => {
  const entrance = await readyFront();
  const { status, body } = await entrance.post('placed', { data: [1] }, withId(Buffer.from(id).toString('latin1')));
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([
    { path: '/headers/Idempotency-Key', allowed: expect.stringContaining('256') as string },
  ]);
  expect(await ids(entrance)).toEqual([]);
});

test('an id in quotes, as the header is specified, is the one between them', async () => {
  const entrance = await readyFront();
  await entrance.post('placed', { data: [1] }, withId('"8e03978e"'));
  await entrance.post('placed', { data: [1] }, withId('8e03978e'));
  expect(await ids(entrance)).toEqual(['8e03978e']);
});

test('Jobico-Key gives the key where the queue has no pointer, decoded; one that is none is refused: 400', async () => {
  const entrance = await readyFront();
  await entrance.post('placed', { data: [1] }, { 'jobico-key': 'caf%C3%A9 7' });
  expect((await entrance.stored()).map(({ header }) => decodeURIComponent(header('Jobico-Key')))).toEqual(['café 7']);
  for (const key of ['%ff', 'k'.repeat(513), '']) {
    expect(await entrance.post('placed', { data: [1] }, { 'jobico-key': key })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/headers/Jobico-Key' }] },
    });
  }
});

test('a full queue frees the id: what is sent under it later is taken', async () => {
  const entrance = await front();
  await entrance.declare({ placed: undefined }, { retention: { maxEvents: 1 } });
  await entrance.post('placed', { data: [1] });
  expect((await entrance.post('placed', { data: [2] }, withId('late'))).status).toBe(503);
  await entrance.nats.jsm.streams.purge(`QUEUE_${entrance.tenant}_main`);
  expect((await entrance.post('placed', { data: [3] }, withId('late'))).status).toBe(202);
});

test('NATS is killed again and again while callers repeat until they are answered: each event is stored once', async () => {
  const nats = await startKillableNats(inject('natsServerBinary'));
  const entrance = await front({ natsUrl: nats.url });
  await entrance.declare({ placed: undefined });
  const refusals: Answer[] = [];
  const untilAccepted = async (n: number) => {
    const send = () => entrance.post('placed', { data: [n] }, withId(`n-${n}`));
    await vi.waitFor(
      async () => {
        const answer = await send();
        if (answer.status !== 202) refusals.push(answer);
        expect(answer.status).toBe(202);
      },
      { timeout: 20_000, interval: 10 },
    );
  };
  let next = 0;
  const callers = Array.from({ length: 8 }, async () => {
    while (next < 400) await untilAccepted(next++);
  });
  for (const at of [60, 160, 260]) {
    await vi.waitFor(() => expect(next).toBeGreaterThan(at), { timeout: 10_000, interval: 1 });
    await nats.kill();
    await nats.start();
  }
  await Promise.all(callers);
  expect(refusals.length).toBeGreaterThan(0);
  expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([503]));
  const stored = await ids(entrance);
  expect(stored.length).toBe(next);
  expect(new Set(stored).size).toBe(next);
}, 60_000);

test('what was stored by a listener that died before it said so is not stored again, long after the server forgot its id', async () => {
  const entrance = await front();
  await entrance.declare({ placed: undefined }, { retention: { maxAge: 'PT1H' } });
  const { nats, tenant } = entrance;
  const stream = `QUEUE_${tenant}_main`;
  const { config } = await nats.jsm.streams.info(stream);
  await nats.jsm.streams.update(stream, { ...config, duplicate_window: 100_000_000 });
  await entrance.post('placed', { data: [1] }, withId('kept'));
  // What the listener noted after it had stored the event is lost.
  const bucket = 'KV_idempotency';
  await vi.waitFor(async () => {
    const last = await nats.jsm.streams.getMessage(bucket, { last_by_subj: `$KV.idempotency.${tenant}.*` });
    expect(last?.json()).toMatchObject({ isStored: true });
  });
  const last = await nats.jsm.streams.getMessage(bucket, { last_by_subj: `$KV.idempotency.${tenant}.*` });
  const { isStored: _, ...begun } = last?.json<{ isStored: boolean; atMs: number }>() ?? { isStored: false, atMs: 0 };
  await nats.publisher.publish(last?.subject ?? '', JSON.stringify({ ...begun, atMs: begun.atMs - 5000 }));
  const probe = () => nats.publisher.publish(`jobico.event.${tenant}.placed`, '"probe"', [['Nats-Msg-Id', 'probe']]);
  await probe();
  // The server forgets the probe after the event's id.
  await vi.waitFor(async () => expect((await probe()).isDuplicate).toBe(false), { interval: 20 });
  expect((await entrance.post('placed', { data: [1] }, withId('kept'))).status).toBe(202);
  expect((await texts(entrance)).filter((text) => text === '1')).toHaveLength(1);
});

test('an id is known to every listener', async () => {
  const entrance = await readyFront();
  const log = createSilentLogger();
  const other = await startListener({ natsUrl: inject('natsUrl'), log, version: '0', port: 0 });
  onTestFinished(() => other.stop());
  const send = (url: string, body: string) =>
    answerOf(
      fetch(`${url}/events/${entrance.tenant}/placed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...withId('shared') },
        body,
      }),
    );
  const first = await send(entrance.listener.url, '{"data":[1]}');
  expect(await send(other.url, '{"data":[1]}')).toMatchObject({ status: 202, body: first.body });
  expect((await send(other.url, '{"data":[2]}')).status).toBe(409);
  expect(await ids(entrance)).toEqual(['shared']);
});
