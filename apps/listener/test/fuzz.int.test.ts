import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { front } from './support/front.ts';
import { statusesIn } from './support/raw-connection.ts';
import { randomBody, randomJson, seeded, type Random } from './support/random-json.ts';

const SCHEMA = {
  type: 'object',
  required: ['n'],
  properties: {
    n: { type: 'integer', minimum: 0 },
    size: { enum: ['small', 'large', { width: 1 }] },
    box: { const: { valueOf: 2 } },
    either: { oneOf: [{ type: 'object', required: ['a'] }, { type: 'string' }] },
  },
  additionalProperties: false,
};

/** The same as the schema says, for what is sent here. */
function isValid({ n, box, either, ...others }: Record<string, unknown>): boolean {
  return (
    Number.isInteger(n) &&
    Number(n) >= 0 &&
    (box === undefined || JSON.stringify(box) === '{"valueOf":2}') &&
    (either === undefined || typeof either === 'string') &&
    Object.keys(others).length === 0
  );
}

const BODIES = 10_000;
const CONNECTIONS = 8;
const TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'text/plain',
  'application/json; charset=utf-16',
];

const pick = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';

const EVENTS = [
  '{"n":1}',
  '{"n": 2}',
  '{"n":4}',
  '{"n":5,"either":"a"}',
  '{"n":-1}',
  '{"n":1.5}',
  '{}',
  '{"n":3,"m":0}',
];
/** What every object has, as a field of its own. */
const INHERITED = ['toString', 'valueOf', 'toJSON', 'constructor', '__proto__', 'hasOwnProperty', 'then', 'length'];
const FIELDS = ['n', 'size', 'box', 'either', '__proto__', 'toString'];

function event(random: Random): string {
  if (random() < 0.2)
    return `{"n":1,"${pick(random, FIELDS)}":{"${pick(random, INHERITED)}":${pick(random, ['1', '2', 'null', '{}'])}}}`;
  return pick(random, [...EVENTS, randomJson(random)]);
}

function cloudEvent(random: Random): string {
  const id = Math.floor(random() * 1e6);
  return `{"specversion":"1.0","id":"f-${id}","source":"/f","type":"t","data":${event(random)}}`;
}

function bodyFor(random: Random, type: string): string {
  if (type.includes('batch'))
    return `[${Array.from({ length: Math.floor(random() * 3) }, () => cloudEvent(random)).join(',')}]`;
  if (type.includes('cloudevents')) return cloudEvent(random);
  if (type.includes('ndjson')) return Array.from({ length: Math.floor(random() * 4) }, () => event(random)).join('\n');
  if (random() < 0.5)
    return `{"data":[${Array.from({ length: 1 + Math.floor(random() * 3) }, () => event(random)).join(',')}]}`;
  return randomBody(random).body;
}

/** Bytes that were a body, with something done to them. */
function spoilt(random: Random, body: Buffer): Buffer {
  const at = Math.floor(random() * body.length);
  switch (Math.floor(random() * 6)) {
    case 0:
      return Buffer.concat([body.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), body.subarray(at)]);
    case 1:
      return body.subarray(0, at);
    case 2:
      return Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]);
    case 3: {
      const changed = Buffer.from(body);
      if (changed.length > 0) changed[at] = Math.floor(random() * 256);
      return changed;
    }
    default:
      return body;
  }
}

function headersFor(random: Random): string[] {
  const lines: string[] = [];
  if (random() < 0.15)
    lines.push(
      `idempotency-key: ${pick(random, ['a', 'a', 'a', 'b c', '"q"', 'k'.repeat(300), `i-${Math.floor(random() * 1e6)}`])}`,
    );
  if (random() < 0.05) lines.push(`jobico-key: ${pick(random, ['k', '%zz', '%F0%9F%98%80', 'x'.repeat(600)])}`);
  if (random() < 0.05) lines.push(`prefer: ${pick(random, ['wait=0', 'return=minimal', 'wait=x', ',,,'])}`);
  if (random() < 0.05)
    lines.push('ce-specversion: 1.0', `ce-id: ${Math.floor(random() * 1e6)}`, 'ce-source: /f', 'ce-type: t');
  if (random() < 0.03) lines.push(`content-encoding: ${pick(random, ['gzip', 'identity', 'br'])}`);
  if (random() < 0.03)
    lines.push(`traceparent: ${pick(random, ['x', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'])}`);
  return lines;
}

function requestFor(random: Random, tenant: string): Buffer {
  const type = pick(random, TYPES);
  const body = spoilt(random, Buffer.from(bodyFor(random, type)));
  const path =
    random() < 0.97
      ? `/events/${tenant}/placed`
      : pick(random, [`/events/${tenant}/x`, '/webhooks/a/b', '/', '/events/%2e%2e/a']);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    ...headersFor(random),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** Sends requests on one connection, each when the one before is answered; a connection that ends is opened again. */
async function sendAll(port: number, requests: readonly Buffer[]): Promise<number[]> {
  const statuses: number[] = [];
  // A reset is one of the ways in which a server closes.
  const open = () => connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  let socket = open();
  for (const request of requests) {
    if (socket.destroyed || socket.readableEnded) socket = open();
    statuses.push(await exchange(socket, request));
  }
  socket.destroy();
  return statuses;
}

async function exchange(socket: Socket, request: Buffer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let text = '';
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (isWhole(text)) resolve();
  };
  const onEnd = () => resolve();
  socket.on('data', onData).on('close', onEnd).on('error', onEnd);
  socket.write(request);
  await promise;
  socket.off('data', onData).off('close', onEnd).off('error', onEnd);
  if (/\r\nconnection: close/i.test(text)) socket.destroy();
  return statusesIn(text)[0] ?? 0;
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length);
}

test(
  `${BODIES} seeded requests: no crash, no 5xx, and nothing in the queue but valid events, as they were sent`,
  { timeout: 180_000 },
  async () => {
    const entrance = await front();
    await entrance.declare({ placed: SCHEMA });
    const random = seeded(20_261_121);
    const requests = Array.from({ length: BODIES }, () => requestFor(random, entrance.tenant));
    const port = Number(new URL(entrance.listener.url).port);
    const each = Math.ceil(BODIES / CONNECTIONS);
    const statuses = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, n) => sendAll(port, requests.slice(n * each, (n + 1) * each))),
    );
    const counts = Object.fromEntries(
      Object.entries(Object.groupBy(statuses.flat(), (status) => status)).map(([status, all]) => [status, all?.length]),
    );
    expect(Object.keys(counts).filter((status) => Number(status) >= 500 || status === '0')).toEqual([]);
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['200', '202', '400', '404', '409', '415', '422']));
    const stored = await entrance.stored();
    expect(stored.length).toBeGreaterThan(500);
    const sent = requests.map((request) => request.toString('utf8'));
    for (const { text } of stored.filter((_, index) => index % 20 === 0))
      expect(sent.some((all) => all.includes(text))).toBe(true);
    for (const { text } of stored) expect([text, isValid(JSON.parse(text))]).toEqual([text, true]);
    expect((await entrance.post('placed', { data: [{ n: 1 }] })).status).toBe(202);
  },
);
