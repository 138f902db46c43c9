import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createNodes } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
import { startListener } from '../src/index.ts';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

const log = createSilentLogger();
const ORDER = { type: 'object', required: ['n'] };
const LONGEST_ANSWER_MS = 2000;

async function frontOnOwnNats(events: Record<string, object | undefined> = { placed: undefined }) {
  const nats = await startKillableNats(inject('natsServerBinary'));
  const entrance = await front({ natsUrl: nats.url });
  await entrance.declare(events);
  return { nats, entrance };
}

async function timed(answer: Promise<Answer>): Promise<Answer & { tookMs: number }> {
  const startedAt = performance.now();
  return { ...(await answer), tookMs: performance.now() - startedAt };
}

/** What tells a caller to try again, and whether it came in time. */
const refusalIn = ({ status, headers, body, tookMs }: Answer & { tookMs: number }) => ({
  status,
  code: body.code,
  type: headers.get('content-type')?.split(';')[0],
  retryAfter: headers.get('retry-after'),
  isInTime: tookMs < LONGEST_ANSWER_MS,
});

const UNAVAILABLE = {
  status: 503,
  code: 'unavailable',
  type: 'application/problem+json',
  retryAfter: '1',
  isInTime: true,
};

const storedIds = async ({ stored }: Front) => (await stored()).map(({ header }) => header('Nats-Msg-Id'));

const idsOf = (answers: readonly Answer[]) => answers.flatMap(({ body }) => body.events?.map(({ id }) => id) ?? []);

/** Sends until an event is accepted. */
async function untilAccepted(send: () => Promise<Answer>): Promise<Answer> {
  return await vi.waitFor(
    async () => {
      const answer = await send();
      expect(answer.status).toBe(202);
      return answer;
    },
    { timeout: 15_000, interval: 20 },
  );
}

test('NATS is killed: 503 with Retry-After at once, nothing is stored; it is back: events are taken again', async () => {
  const { nats, entrance } = await frontOnOwnNats({ placed: ORDER });
  const before = await entrance.post('placed', { data: [{ n: 1 }] });
  await nats.kill();
  for (const n of [2, 3, 4])
    expect(refusalIn(await timed(entrance.post('placed', { data: [{ n }] })))).toEqual(UNAVAILABLE);
  expect((await answerOf(fetch(`${entrance.listener.url}/health`))).status).toBe(500);
  await nats.start();
  const after = await untilAccepted(() => entrance.post('placed', { data: [{ n: 5 }] }));
  expect((await answerOf(fetch(`${entrance.listener.url}/health`))).status).toBe(200);
  expect(await storedIds(entrance)).toEqual(idsOf([before, after]));
});

test('NATS is away before an event of its schema ever came: 503 at once, and it is checked once NATS is back', async () => {
  const { nats, entrance } = await frontOnOwnNats({ placed: ORDER });
  await nats.kill();
  expect(refusalIn(await timed(entrance.post('placed', { data: [{ n: 1 }] })))).toEqual(UNAVAILABLE);
  expect(refusalIn(await timed(entrance.post('placed', { data: [{}] })))).toEqual(UNAVAILABLE);
  await nats.start();
  await untilAccepted(() => entrance.post('placed', { data: [{ n: 2 }] }));
  expect((await entrance.post('placed', { data: [{}] })).status).toBe(422);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual(['{"n":2}']);
});

test('NATS is away: what is refused anyway is refused as ever', async () => {
  const { nats, entrance } = await frontOnOwnNats();
  await nats.kill();
  expect((await entrance.post('unknown', { data: [1] })).status).toBe(404);
  expect((await entrance.post('placed', '{')).status).toBe(400);
});

test('NATS is killed under load: what was accepted is in the queue, in every other case the caller is told', async () => {
  const { nats, entrance } = await frontOnOwnNats();
  const answers: Answer[] = [];
  const over = new AbortController();
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let n = 0; !over.signal.aborted; n += 1)
      answers.push(await entrance.post('placed', { data: [`${caller}-${n}`] }));
  });
  const accepted = () => answers.filter(({ status }) => status === 202);
  await vi.waitFor(() => expect(accepted().length).toBeGreaterThan(200), { timeout: 10_000, interval: 1 });
  await nats.kill();
  await vi.waitFor(() => expect(answers.some(({ status }) => status === 503)).toBe(true), { timeout: 10_000 });
  await nats.start();
  const atRestart = accepted().length;
  await vi.waitFor(() => expect(accepted().length).toBeGreaterThan(atRestart + 50), { timeout: 15_000 });
  over.abort();
  await Promise.all(callers);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
  const stored = new Set(await storedIds(entrance));
  expect(idsOf(answers).filter((id) => !stored.has(id))).toEqual([]);
});

test('NATS does not answer: nothing is called accepted until it is stored', async () => {
  const { nats, entrance } = await frontOnOwnNats();
  await entrance.post('placed', { data: [1] });
  nats.pause();
  let told: number | undefined;
  const answer = entrance.post('placed', { data: [2] }).then(({ status }) => (told = status));
  // The listener itself is well: it refuses others meanwhile.
  for (let n = 0; n < 3; n += 1) expect((await entrance.post('placed', '{')).status).toBe(400);
  // Where that took two seconds, it was told that nobody knows.
  expect([undefined, 503]).toContain(told);
  nats.resume();
  const status = await answer;
  expect([202, 503]).toContain(status);
  const texts = (await entrance.stored()).map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(status === 202 ? ['1', '2'] : ['1']));
});

test('a stop does not wait for a NATS that does not answer', async () => {
  const { nats, entrance } = await frontOnOwnNats();
  nats.pause();
  const startedAt = performance.now();
  await entrance.listener.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('definitions that change after NATS was away are live, and the listener is among the nodes', async () => {
  const { nats, entrance } = await frontOnOwnNats();
  // Whoever asks for the nodes has been there before too, as a control plane has.
  const nodes = await createNodes(entrance.nats, log);
  await nats.kill();
  expect((await entrance.post('placed', { data: [1] })).status).toBe(503);
  await nats.start();
  await untilAccepted(() => entrance.post('placed', { data: [2] }));
  await vi.waitFor(async () => expect((await nodes.list()).map(({ module }) => module)).toEqual(['listener']), {
    timeout: 12_000,
  });
  await entrance.declare({ placed: undefined, paid: undefined });
  expect((await entrance.post('paid', { data: [3] })).status).toBe(202);
});

test('a queue that is full refuses with Retry-After and takes events again once there is room', async () => {
  const entrance = await front();
  await entrance.declare({ placed: undefined }, { retention: { maxEvents: 10 } });
  const answers: Answer[] = [];
  for (let n = 0; n < 12; n += 1) answers.push(await entrance.post('placed', { data: [n] }));
  expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 202), 503, 503]);
  const [refused] = answers.slice(-1);
  expect(refused?.body).toMatchObject({ code: 'queue-full', detail: expect.stringContaining('full') as string });
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await storedIds(entrance)).toEqual(idsOf(answers));
  await entrance.nats.jsm.streams.purge(`QUEUE_${entrance.tenant}_main`, { keep: 9 });
  expect((await entrance.post('placed', { data: ['room'] })).status).toBe(202);
});

test('a batch for which the queue has too little room says which of its events are stored', async () => {
  const entrance = await front();
  await entrance.declare({ placed: undefined }, { retention: { maxEvents: 10 } });
  const { status, body } = await entrance.post('placed', { data: Array.from({ length: 15 }, (_, n) => n) });
  expect(status).toBe(503);
  const { stored } = body.details as { stored: { item: number; id: string }[] };
  expect(stored.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await storedIds(entrance)).toEqual(stored.map(({ id }) => id));
});

test('a declared event whose queue is not there yet: 503, since trying again helps', async () => {
  const entrance = await front();
  await entrance.declare({ placed: undefined });
  await entrance.nats.jsm.streams.delete(`QUEUE_${entrance.tenant}_main`);
  expect(refusalIn(await timed(entrance.post('placed', { data: [1] })))).toEqual(UNAVAILABLE);
});

test('a listener that cannot start leaves no connection behind', async () => {
  const nats = await startKillableNats(inject('natsServerBinary'));
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(startListener({ natsUrl: nats.url, log, version: '0', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await vi.waitFor(async () => expect(await nats.connections()).toEqual([]));
});
