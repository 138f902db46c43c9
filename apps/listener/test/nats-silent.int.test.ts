import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { connectNats, createSecretStore, parseSecretKeys } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { signDelivery } from '@jobico/webhooks';
import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats, type KillableNats } from '../../../test/support/killable-nats.ts';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEYS = randomBytes(32).toString('base64');
const SECRET = 'the secret of the one who sends';

/** Loosely: it is to be two seconds, and before it was five. */
const GUARD_MS = 4000;
const LATE = 'not answered in time';

async function inTime<T>(answer: Promise<T>): Promise<T | typeof LATE> {
  const guard = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => guard.resolve(LATE), GUARD_MS);
  try {
    return await Promise.race([answer, guard.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const refusalIn = (answer: Answer | typeof LATE) =>
  answer === LATE
    ? LATE
    : { status: answer.status, code: answer.body.code, retryAfter: answer.headers.get('retry-after') };

const REFUSED = { status: 503, code: 'unavailable', retryAfter: '1' };

describe('NATS hangs', () => {
  let nats: KillableNats;
  let entrance: Front;
  beforeEach(async () => {
    nats = await startKillableNats(inject('natsServerBinary'));
    entrance = await front({ natsUrl: nats.url, secretKeys: KEYS });
    const store = await createSecretStore(entrance.nats, parseSecretKeys(KEYS));
    await store.set(entrance.tenant, 'SIGNING', SECRET);
    const hook = { scheme: 'github', secret: 'SIGNING' };
    await entrance.declare({ placed: undefined, checked: { type: 'number' }, pushed: undefined }, {}, { pushed: hook });
    // The secret comes by another way than the definitions.
    await vi.waitFor(
      async () => {
        const { status } = await deliver('hook');
        if (status !== 202) throw new Error(`answered ${status}`);
      },
      { timeout: 20_000, interval: 20 },
    );
  });

  const send = (event: string, data: unknown, headers: Record<string, string> = {}) =>
    entrance.post(event, { data: [data] }, headers);
  const cloudEvent = (id: string) =>
    entrance.post(
      'placed',
      { specversion: '1.0', id, source: '/shop', type: 'placed', data: 1 },
      { 'content-type': 'application/cloudevents+json' },
    );

  const deliver = (text: string) => {
    const body = Buffer.from(JSON.stringify(text));
    const headers = signDelivery({ scheme: 'github' }, SECRET, {
      id: text,
      timestamp: Math.floor(Date.now() / 1000),
      body,
    });
    return answerOf(
      fetch(`${entrance.listener.url}/webhooks/${entrance.tenant}/pushed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      }),
    );
  };

  const ways: [string, () => Promise<Answer>][] = [
    ['an event', () => send('placed', 1)],
    ['an event whose schema was never read', () => send('checked', 1)],
    ['an event with an id', () => send('placed', 1, { 'idempotency-key': 'one' })],
    ['a CloudEvent', () => cloudEvent('one')],
    ['a webhook', () => deliver('another')],
    ['an event whose outcome is waited for', () => send('placed', 1, { prefer: 'wait=30' })],
    [
      'an event with an id and a schema, whose outcome is waited for',
      () => send('checked', 1, { prefer: 'wait=30', 'idempotency-key': 'two' }),
    ],
  ];

  test.each(ways)('%s is answered 503 with Retry-After in time; when NATS goes on, so do events', async (_, way) => {
    nats.pause();
    expect(refusalIn(await inTime(way()))).toEqual(REFUSED);
    // It is known now, and nobody waits for it again.
    expect(refusalIn(await inTime(way()))).toEqual(REFUSED);
    expect((await answerOf(fetch(`${entrance.listener.url}/health`))).status).toBe(500);
    nats.resume();
    await vi.waitFor(async () => expect((await send('placed', 2)).status).toBe(202), { timeout: 20_000, interval: 20 });
    expect((await answerOf(fetch(`${entrance.listener.url}/health`))).status).toBe(200);
  });

  test('what is sent again under its id makes no second event', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `order-${index}`);
    const sendAll = () => Promise.all(ids.map((id) => send('placed', id, { 'idempotency-key': id })));
    await send('placed', 'first', { 'idempotency-key': 'first' });
    nats.pause();
    const refused = await Promise.all(ids.map((id) => inTime(send('placed', id, { 'idempotency-key': id }))));
    expect(refused.map(refusalIn)).toEqual(ids.map(() => REFUSED));
    nats.resume();
    await vi.waitFor(async () => expect((await sendAll()).map(({ status }) => status)).toEqual(ids.map(() => 202)), {
      timeout: 20_000,
      interval: 20,
    });
    const stored = (await entrance.stored()).map(({ header }) => header('Nats-Msg-Id'));
    expect(stored.toSorted()).toEqual(['first', 'hook', ...ids].toSorted());
  });

  test('each line of a stream is answered in time, and a stream that begins later is refused as a whole', async () => {
    const stream = (lines: readonly number[]) =>
      fetch(`${entrance.listener.url}/events/${entrance.tenant}/placed`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines.map((line) => `${line}\n`).join(''),
      });
    nats.pause();
    const text = await inTime(stream([1, 2, 3]).then((response) => response.text()));
    const answers = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers.slice(0, 3)).toMatchObject([1, 2, 3].map((line) => ({ line, status: 503, code: 'unavailable' })));
    expect(answers[3]).toEqual({ lines: 3, accepted: 0, refused: 3 });
    expect(refusalIn(await inTime(answerOf(stream([4]))))).toEqual(REFUSED);
    nats.resume();
    await vi.waitFor(async () => expect((await send('placed', 5)).status).toBe(202), { timeout: 20_000, interval: 20 });
  });

  test('what is refused anyway is refused as ever', async () => {
    nats.pause();
    expect(refusalIn(await inTime(send('placed', 1)))).toEqual(REFUSED);
    expect((await send('unknown', 1)).status).toBe(404);
    expect((await entrance.post('placed', '{')).status).toBe(400);
  });
});

/** A way to a server on which packets can get lost, while both ends think that they are connected. */
async function lossyWayTo(url: string) {
  const sockets: Socket[] = [];
  let isLossy = false;
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.push(near, far);
    near.on('data', (bytes) => isLossy || far.write(bytes)).on('error', () => far.destroy());
    far.on('data', (bytes) => isLossy || near.write(bytes)).on('error', () => near.destroy());
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: () => void (isLossy = true),
    /** What was lost stays lost: the connection is of no use any more, and is cut. */
    mend() {
      isLossy = false;
      for (const socket of sockets.splice(0)) socket.destroy();
    },
  };
}

test('packets to and from NATS are lost: 503 in time, at once from then on, and events again over the next connection', async () => {
  const nats = await startKillableNats(inject('natsServerBinary'));
  const way = await lossyWayTo(nats.url);
  const entrance = await front({ natsUrl: way.url });
  await entrance.declare({ placed: undefined });
  const send = (id: string) => entrance.post('placed', { data: [id] }, { 'idempotency-key': id });
  expect((await send('before')).status).toBe(202);
  way.lose();
  expect(refusalIn(await inTime(send('lost')))).toEqual(REFUSED);
  expect(refusalIn(await inTime(send('lost')))).toEqual(REFUSED);
  way.mend();
  await vi.waitFor(async () => expect((await send('lost')).status).toBe(202), { timeout: 20_000, interval: 20 });
  const direct = await connectNats({ url: nats.url, name: 'reader', log: createSilentLogger() });
  onTestFinished(() => direct.close());
  const { state } = await direct.jsm.streams.info(`QUEUE_${entrance.tenant}_main`);
  expect(state.messages).toBe(2);
});
