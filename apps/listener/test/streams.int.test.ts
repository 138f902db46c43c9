import { once } from 'node:events';
import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, inject, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
import { front, type Front } from './support/front.ts';
import { head, openRaw } from './support/raw-connection.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

async function readyFront(options: Parameters<typeof front>[0] = {}): Promise<Front> {
  const entrance = await front(options);
  await entrance.declare({ placed: ORDER, anything: undefined });
  return entrance;
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function stream(
  { listener, tenant }: Front,
  body: string,
  headers: Record<string, string> = {},
  event = 'placed',
) {
  const response = await fetch(`${listener.url}/events/${tenant}/${event}`, {
    method: 'POST',
    headers: { ...NDJSON, ...headers },
    body,
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** A request whose body is written piece by piece, while its answers are read. */
function openStream({ listener, tenant }: Front, headers: Record<string, string> = {}) {
  const sending = request(`${listener.url}/events/${tenant}/placed`, {
    method: 'POST',
    headers: { ...NDJSON, ...headers },
  });
  sending.on('error', () => undefined);
  const answer = once(sending, 'response');
  return { sending, answer };
}

test('each line is an event and has its answer in turn; at the end they are counted', async () => {
  const entrance = await readyFront();
  const body = '{"n":1}\n{"n":"two"}\n\n{"n":3.10,"x":9007199254740993}\r\nnonsense\n[1]\n  {"n":6}  ';
  const { status, type, text } = await stream(entrance, body);
  expect([status, type]).toEqual([200, 'application/x-ndjson']);
  const id = expect.any(String) as string;
  expect(linesOf(text)).toMatchObject([
    { line: 1, id },
    { line: 2, status: 422, code: 'invalid', errors: [{ path: '/n', message: 'must be number' }] },
    { line: 4, id },
    { line: 5, status: 400, code: 'not-json' },
    { line: 6, status: 422, code: 'invalid' },
    { line: 7, id },
    { lines: 6, accepted: 3, refused: 3 },
  ]);
  const stored = await entrance.stored();
  expect(stored.map((each) => each.text)).toEqual(['{"n":1}', '{"n":3.10,"x":9007199254740993}', '{"n":6}']);
  const ids = linesOf(text).flatMap((line) => line.id ?? []);
  expect(stored.map(({ header }) => header('Nats-Msg-Id'))).toEqual(ids);
});

test('Prefer: return=minimal answers the lines that were refused alone', async () => {
  const entrance = await readyFront();
  const { text } = await stream(entrance, '{"n":1}\n{}\n{"n":2}\n', { prefer: 'return=minimal' });
  expect(linesOf(text)).toMatchObject([
    { line: 2, code: 'invalid' },
    { lines: 3, accepted: 2, refused: 1 },
  ]);
});

test('lines in pieces, characters cut in two, a line too long and one that is no UTF-8 are each what they are', async () => {
  const entrance = await readyFront();
  const long = Buffer.from(`{"n":1,"x":"${'y'.repeat(1 << 20)}"}\n`);
  const latin = Buffer.from('{"n":1,"x":"\xe9"}\n', 'latin1');
  const body = Buffer.concat([Buffer.from('{"n":1,"x":"漢😀"}\n'), long, latin, Buffer.from('{"n":2}')]);
  const { sending, answer } = openStream(entrance);
  for (let at = 0; at < 40; at += 1) sending.write(body.subarray(at, at + 1));
  for (let at = 40; at < body.length; at += 7777) sending.write(body.subarray(at, at + 7777));
  sending.end();
  const [response] = await answer;
  expect(linesOf(await textOf(response))).toMatchObject([
    { line: 1, id: expect.any(String) as string },
    { line: 2, status: 413, code: 'too-large' },
    { line: 3, status: 400, code: 'not-json' },
    { line: 4, id: expect.any(String) as string },
    { lines: 4, accepted: 2, refused: 2 },
  ]);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual(['{"n":1,"x":"漢😀"}', '{"n":2}']);
});

test('a line is answered as soon as it is stored, before the next is sent', async () => {
  const entrance = await readyFront();
  const { sending, answer } = openStream(entrance);
  sending.write('{"n":1}\n');
  const [response] = await answer;
  let received = '';
  response.setEncoding('utf8').on('data', (part: string) => (received += part));
  for (let n = 2; n <= 5; n += 1) {
    await vi.waitFor(() => expect(linesOf(received)).toHaveLength(n - 1));
    sending.write(`{"n":${n}}\n`);
  }
  sending.end();
  await once(response, 'end');
  expect(linesOf(received).at(-1)).toEqual({ lines: 5, accepted: 5, refused: 0 });
});

test('a request that cannot be taken at all is a problem, and no line of it is stored', async () => {
  const entrance = await readyFront();
  expect((await stream(entrance, '{"n":1}', {}, 'unknown')).status).toBe(404);
  expect((await stream(entrance, '{"n":1}', { 'idempotency-key': 'x' })).status).toBe(400);
  expect((await stream(entrance, '{"n":1}', { 'content-encoding': 'gzip' })).status).toBe(415);
  expect((await stream(entrance, '{"n":1}', { 'content-type': 'application/x-ndjson; charset=latin1' })).status).toBe(
    415,
  );
  expect((await stream(entrance, '\n\n')).text).toBe('{"lines":0,"accepted":0,"refused":0}\n');
  expect(await entrance.stored()).toEqual([]);
});

/** What this process, the listener's, holds without garbage. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('two hundred thousand lines pass in memory that does not grow with them', async () => {
  const entrance = await front();
  await entrance.declare({ placed: ORDER }, { storage: 'memory' });
  const { sending, answer } = openStream(entrance, { prefer: 'return=minimal' });
  const block = Array.from({ length: 1000 }, (_, n) => `{"n":${n},"x":"${'y'.repeat(90)}"}\n`).join('');
  const held: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    if (!sending.write(block)) await once(sending, 'drain');
    if (at === 50 || at === 199) held.push(heldBytes());
  }
  sending.end();
  const [response] = await answer;
  expect(linesOf(await textOf(response)).at(-1)).toEqual({ lines: 200_000, accepted: 200_000, refused: 0 });
  // All the lines together are 20 MB, with what is made of each ten times as much.
  const [early = 0, late = 0] = held;
  expect((late - early) / 2 ** 20).toBeLessThan(10);
  expect((await entrance.nats.jsm.streams.info(`QUEUE_${entrance.tenant}_main`)).state.messages).toBe(200_000);
}, 60_000);

test('a caller that reads no answers is not read either, and is cut off in time', async () => {
  const entrance = await readyFront({ requestTimeoutMs: 1000 });
  const raw = await openRaw(entrance.listener.url);
  raw.socket.pause();
  raw.write(
    head(`/events/${entrance.tenant}/placed`, 'transfer-encoding: chunked').replace(
      'application/json',
      'application/x-ndjson',
    ),
  );
  // Each refusal is longer than its line.
  const chunk = `${(3000).toString(16)}\r\n${'{}\n'.repeat(1000)}\r\n`;
  let sent = 0;
  const send = () => {
    while (!raw.socket.destroyed && sent < 60_000) {
      sent += 1;
      if (!raw.socket.write(chunk)) return void raw.socket.once('drain', send);
    }
  };
  send();
  await raw.closed;
  expect(sent).toBeLessThan(60_000);
});

test('a stream that stops coming, or trickles without a line, is cut off; what came whole is stored', async () => {
  const entrance = await readyFront({ requestTimeoutMs: 500 });
  const { sending, answer } = openStream(entrance);
  sending.write('{"n":1}\n');
  const [response] = await answer;
  const closed = new Promise((resolve) => void response.once('close', resolve));
  response.resume().on('error', () => undefined);
  const trickle = setInterval(() => sending.write(' '), 50);
  await closed;
  clearInterval(trickle);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual(['{"n":1}']);
});

test('a stream that lasts longer than a request may is not cut off while lines come', async () => {
  const entrance = await readyFront({ requestTimeoutMs: 300 });
  const { sending, answer } = openStream(entrance);
  const startedAt = performance.now();
  let n = 0;
  const lines = setInterval(() => sending.write(`{"n":${(n += 1)}}\n`), 50);
  const [response] = await answer;
  response.resume();
  await vi.waitFor(() => expect(performance.now() - startedAt).toBeGreaterThan(1500), { timeout: 5000, interval: 50 });
  clearInterval(lines);
  sending.end();
  await once(response, 'end');
  expect(await entrance.stored()).toHaveLength(n);
});

test('a caller that goes away leaves the listener well, and the lines that came whole stored', async () => {
  const entrance = await readyFront();
  for (let round = 0; round < 10; round += 1) {
    const { sending, answer } = openStream(entrance);
    sending.write('{"n":1}\n{"n":2}\n{"n"');
    const [response] = await answer;
    response.on('error', () => undefined);
    sending.destroy();
  }
  await vi.waitFor(async () => expect(await entrance.stored()).toHaveLength(20));
  expect((await entrance.post('placed', { data: [{ n: 3 }] })).status).toBe(202);
});

test('NATS away: 503 for the whole; NATS killed in the midst: each line says whether it is stored', async () => {
  const nats = await startKillableNats(inject('natsServerBinary'));
  const entrance = await front({ natsUrl: nats.url });
  await entrance.declare({ placed: ORDER });
  const { sending, answer } = openStream(entrance);
  let received = '';
  let n = 0;
  const lines = setInterval(() => sending.write(`{"n":${(n += 1)}}\n`), 5);
  const [response] = await answer;
  response.setEncoding('utf8').on('data', (part: string) => (received += part));
  await vi.waitFor(() => expect(received.split('\n').length).toBeGreaterThan(20));
  await nats.kill();
  expect((await stream(entrance, '{"n":1}')).status).toBe(503);
  await vi.waitFor(() => expect(received).toContain('"status":503'));
  await nats.start();
  const before = received.length;
  await vi.waitFor(() => expect(received.slice(before)).toContain('"id"'), { timeout: 15_000 });
  clearInterval(lines);
  sending.end();
  await once(response, 'end');
  const answers = linesOf(received);
  const stored = new Set((await entrance.stored()).map(({ header }) => header('Nats-Msg-Id')));
  expect(answers.flatMap(({ id }) => (typeof id !== 'string' || stored.has(id) ? [] : [id]))).toEqual([]);
  expect(answers.at(-1)).toMatchObject({ lines: n });
});
