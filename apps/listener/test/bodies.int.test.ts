import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Fastify from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createArrivals } from '../src/arrivals.ts';
import { createPieces } from '../src/events/pieces.ts';
import { registerBodies } from '../src/events/read-body.ts';
import { splitLines } from '../src/stream/split-lines.ts';
import { head, openRaw, statusesIn } from './support/raw-connection.ts';

const LIMIT = 1 << 20;
const MIB = 1 << 20;
const CHUNKED = 'transfer-encoding: chunked';

/** Bytes in use, without what nobody holds any more. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What takes bodies as the listener does, and answers with their length. */
async function server() {
  const app = Fastify({ bodyLimit: LIMIT });
  const arrivals = createArrivals(60_000, () => undefined);
  registerBodies(app, arrivals);
  app.post<{ Body: string }>('/', (request) => ({ length: request.body.length }));
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const url = await app.listen({ port: 0 });
  onTestFinished(async () => {
    arrivals.stop();
    app.server.closeAllConnections();
    await app.close();
  });
  return { url, received: () => sockets[0]?.bytesRead ?? 0 };
}

test('pieces of a byte each take a buffer that grows, one piece is what it is', () => {
  const allocations = vi.spyOn(Buffer, 'allocUnsafe');
  onTestFinished(() => allocations.mockRestore());
  const pieces = createPieces(10_000);
  const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 251));
  for (let at = 0; at < bytes.length; at += 1) pieces.add(bytes.subarray(at, at + 1));
  expect(allocations.mock.calls).toEqual([[4096], [8194], [10_000]]);
  expect(pieces.whole()).toEqual(bytes);
  const one = createPieces();
  one.add(bytes);
  expect(one.whole().buffer).toBe(bytes.buffer);
  expect(createPieces().whole()).toHaveLength(0);
});

test('a body in chunks of a byte takes little more than it holds', async () => {
  const { url, received } = await server();
  const connection = await openRaw(url);
  connection.write(head('/', CHUNKED));
  const before = bytesInUse();
  const part = '1\r\n1\r\n'.repeat(1000);
  for (let sent = 0; sent < 200; sent += 1) connection.write(part);
  const arrived = head('/', CHUNKED).length + 200 * part.length;
  await expect.poll(received, { timeout: 10_000, interval: 5 }).toBe(arrived);
  expect(bytesInUse() - before).toBeLessThan(8 * MIB);
  connection.write('0\r\n\r\n');
  await expect.poll(() => connection.received()).toContain('{"length":200000}');
});

test('a line in pieces of a byte takes little more than it holds', async () => {
  const before = bytesInUse();
  let inUse = 0;
  async function* body() {
    for (let at = 0; at < 200_000; at += 1) yield Buffer.from('1');
    inUse = bytesInUse() - before;
    yield Buffer.from('\r\n2\n');
  }
  const lines = await Readable.from(splitLines(body(), LIMIT))
    .flatMap((each: object[]) => each)
    .toArray();
  expect(inUse).toBeLessThan(8 * MIB);
  expect(lines).toEqual([
    { number: 1, bytes: Buffer.alloc(200_000, '1') },
    { number: 2, bytes: Buffer.from('2') },
  ]);
});

test.each<[string, string[], string, number]>([
  ['no bytes', ['content-length: 0'], '', 200],
  ['no bytes in chunks', [CHUNKED], '0\r\n\r\n', 200],
  ['as many as may be, in chunks', [CHUNKED], `${LIMIT.toString(16)}\r\n${'x'.repeat(LIMIT)}\r\n0\r\n\r\n`, 200],
  ['one more, in chunks', [CHUNKED], `1\r\nx\r\n${LIMIT.toString(16)}\r\n${'x'.repeat(LIMIT)}\r\n0\r\n\r\n`, 413],
  ['more than may be, as it announces', [`content-length: ${LIMIT + 1}`], 'x', 413],
  ['a length that is none', ['content-length: x'], '{}', 400],
  ['bytes that are no UTF-8', ['content-length: 1'], '\u00ff', 400],
])('a body of %s', async (_, lines, body, status) => {
  const { url } = await server();
  const connection = await openRaw(url);
  connection.write(`${head('/', ...lines)}${body}`);
  await expect.poll(() => statusesIn(connection.received())).toEqual([status]);
});

test('one that breaks off is not answered, and others are', async () => {
  const { url, received } = await server();
  const connection = await openRaw(url);
  const begun = `${head('/', 'content-length: 9')}{`;
  connection.write(begun);
  await expect.poll(received).toBe(begun.length);
  connection.socket.end();
  await once(connection.socket, 'close');
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(await answer.json()).toEqual({ length: 2 });
});
