import { expect, test, vi } from 'vitest';
import { answerOf, front, type Front } from './support/front.ts';
import { head, openRaw, statusesIn } from './support/raw-connection.ts';

const BODY = '{"data":[{"n":1}]}';

const waitFor = <T>(condition: () => T) => vi.waitFor(condition, { timeout: 10_000, interval: 5 });

/** The texts in the queue, once the listener has shown that it still takes events. */
async function textsAfterAll({ post, stored }: Front): Promise<string[]> {
  const { status } = await post('placed', '{"data":["after"]}');
  const texts = (await stored()).map(({ text }) => text);
  if (status !== 202 || texts.at(-1) !== '"after"') throw new Error(`the listener does not go on: ${status}`);
  return texts.slice(0, -1);
}

async function readyFront(options: Parameters<typeof front>[0] = {}) {
  const entrance = await front(options);
  await entrance.declare({ placed: undefined });
  return { entrance, url: entrance.listener.url, path: `/events/${entrance.tenant}/placed` };
}

test('a body shorter than its length says, and then nothing: no event, no crash', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(head(path, `content-length: ${BODY.length + 100}`) + BODY);
  raw.socket.end();
  const text = await raw.closed;
  expect(statusesIn(text).filter((status) => status < 400 || status >= 500)).toEqual([]);
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('a body longer than its length says: what follows is no request, and the connection ends', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(`${head(path, `content-length: ${BODY.length}`)}${BODY}{"data":["smuggled"]}\r\n\r\n`);
  const text = await raw.closed;
  expect(statusesIn(text)).toEqual([202, 400]);
  expect(text).toContain('application/problem+json');
  expect(await textsAfterAll(entrance)).toEqual(['{"n":1}']);
});

test.each([
  ['a length that is no number', ['content-length: many']],
  ['a negative length', ['content-length: -1']],
  ['two lengths', ['content-length: 18', 'content-length: 19']],
  ['a length and chunks', ['content-length: 18', 'transfer-encoding: chunked']],
  ['a header with a bare line feed in it', ['content-length: 18', 'x: a\nnats-msg-id: b', ' c']],
  ['a header name with a space', ['content-length: 18', 'x y: 1']],
])('%s: 400 and the end of the connection', async (_what, lines) => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(head(path, ...lines) + BODY);
  const text = await raw.closed;
  expect(statusesIn(text)).toEqual([400]);
  expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ status: 400, code: 'bad-request' });
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('what is no HTTP at all: 400 and the end of the connection', async () => {
  const { entrance, url } = await readyFront();
  for (const bytes of ['\u0016\u0003\u0001\u0002', 'CONNECT {"op":1}\r\n\r\n', '\r\n\r\n\u0000\u0000\r\n\r\n']) {
    const raw = await openRaw(url);
    raw.write(bytes);
    expect(statusesIn(await raw.closed)).toEqual([400]);
  }
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('headers larger than any event needs: 431', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(head(path, `x-filler: ${'x'.repeat(100_000)}`));
  expect(statusesIn(await raw.closed)).toEqual([431]);
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('uploads that are aborted, fifty at once, leave nothing behind', async () => {
  const { entrance, url, path } = await readyFront();
  const uploads = await Promise.all(Array.from({ length: 50 }, () => openRaw(url)));
  for (const [index, raw] of uploads.entries()) {
    raw.write(`${head(path, 'content-length: 4000000')}{"data":["${'x'.repeat(index * 1000)}`);
    if (index % 2 === 0) raw.socket.resetAndDestroy();
    else raw.socket.end();
  }
  await Promise.all(uploads.map(({ closed }) => closed));
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('a caller that goes away before the answer: its event is stored once, and nobody else notices', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(head(path, `content-length: ${BODY.length}`) + BODY);
  raw.socket.destroySoon();
  await vi.waitFor(async () => expect(await entrance.stored()).toHaveLength(1), { timeout: 10_000 });
  expect(await textsAfterAll(entrance)).toEqual(['{"n":1}']);
});

test('headers that trickle in are cut off in time: 408', async () => {
  const { entrance, url, path } = await readyFront({ requestTimeoutMs: 300 });
  const raw = await openRaw(url);
  raw.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n`);
  // One header line after another, always in time for a limit on silence alone.
  const trickle = setInterval(() => raw.write('x: y\r\n'), 20);
  const text = await raw.closed;
  clearInterval(trickle);
  expect(statusesIn(text)).toEqual([408]);
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('a body that trickles in, or stops coming, is cut off in time', async () => {
  const { entrance, url, path } = await readyFront({ requestTimeoutMs: 300 });
  const trickling = await openRaw(url);
  trickling.write(`${head(path, 'content-length: 1000000')}{"data":[`);
  const trickle = setInterval(() => trickling.write(' '), 20);
  const silent = await openRaw(url);
  silent.write(`${head(path, 'content-length: 1000000')}{"data":[`);
  const texts = await Promise.all([trickling.closed, silent.closed]);
  clearInterval(trickle);
  for (const text of texts) expect(statusesIn(text).filter((status) => status !== 408)).toEqual([]);
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('a hundred callers that never finish do not keep others out', async () => {
  const { entrance, url, path } = await readyFront();
  const slow = await Promise.all(Array.from({ length: 100 }, () => openRaw(url)));
  for (const raw of slow) raw.write(`POST ${path} HTTP/1.1\r\n`);
  expect(await textsAfterAll(entrance)).toEqual([]);
});

test('requests sent one behind the other without waiting are answered in turn, refused ones too', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  const requests = ['{"data":[1]}', '{"data":[]}', 'nonsense', '{"data":[2]}'];
  raw.write(requests.map((body) => head(path, `content-length: ${body.length}`) + body).join(''));
  await waitFor(() => expect(statusesIn(raw.received())).toEqual([202, 400, 400, 202]));
  expect(await textsAfterAll(entrance)).toEqual(['1', '2']);
});

test('Expect: 100-continue is answered before the body is sent', async () => {
  const { entrance, url, path } = await readyFront();
  const raw = await openRaw(url);
  raw.write(head(path, `content-length: ${BODY.length}`, 'expect: 100-continue'));
  await waitFor(() => expect(statusesIn(raw.received())).toEqual([100]));
  raw.write(BODY);
  await waitFor(() => expect(statusesIn(raw.received())).toEqual([100, 202]));
  expect(await textsAfterAll(entrance)).toEqual(['{"n":1}']);
});

test('a stop answers what came whole, waits for none that never ends, and takes nothing more', async () => {
  const { entrance, url, path } = await readyFront();
  const never = await openRaw(url);
  never.write(`${head(path, 'content-length: 100')}{"data":`);
  const idle = await openRaw(url);
  idle.write(head(path, `content-length: ${BODY.length}`) + BODY);
  await waitFor(() => expect(statusesIn(idle.received())).toEqual([202]));
  const late = await openRaw(url);
  late.write(head(path, `content-length: ${BODY.length}`, 'expect: 100-continue'));
  await waitFor(() => expect(statusesIn(late.received())).toEqual([100]));
  late.write(BODY.slice(0, 5));
  const startedAt = performance.now();
  const stopped = entrance.listener.stop();
  await idle.closed;
  late.write(BODY.slice(5));
  expect(statusesIn(await late.closed)).toEqual([100, 202]);
  await stopped;
  expect(performance.now() - startedAt).toBeLessThan(8000);
  expect(statusesIn(await never.closed)).toEqual([]);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual(['{"n":1}', '{"n":1}']);
  await expect(answerOf(fetch(`${url}/health`))).rejects.toThrow('fetch failed');
});
