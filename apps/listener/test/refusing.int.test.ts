import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

const ORDER = {
  type: 'object',
  required: ['id', 'lines'],
  properties: {
    id: { type: 'string' },
    lines: { type: 'array', items: { type: 'object', required: ['price'], properties: { price: { minimum: 0 } } } },
  },
};
const order = (id: string) => ({ id, lines: [{ price: 1 }] });

let entrance: Front;

beforeEach(async () => {
  entrance = await front();
  await entrance.declare({ placed: ORDER });
});

// Whatever a test sent: nothing of it waits in the queue, and the listener goes on.
afterEach(async () => {
  const { status } = await entrance.post('placed', { data: [order('after')] });
  const texts = (await entrance.stored()).map(({ text }) => text);
  assert.deepEqual({ status, texts }, { status: 202, texts: [JSON.stringify(order('after'))] });
});

const send = (path: string, init: RequestInit = {}) =>
  answerOf(
    fetch(entrance.listener.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...init,
    }),
  );
const here = () => `/events/${entrance.tenant}/placed`;

/** What an answer says as a problem; a status in the body that is not the answer's would show. */
const problemIn = ({ status, headers, body }: Answer) => ({
  ...body,
  status: body.status === status ? status : [status, body.status],
  type: headers.get('content-type')?.split(';')[0],
});

const problem = (expected: object) => ({ type: 'application/problem+json', ...expected });

describe('a body', () => {
  test.each(['{"data":[', 'data=1', "{'data':[]}", 'null x', '', '\u0000'])(
    'that is %j: 400, not JSON',
    async (body) => {
      const answer = await send(here(), { body });
      expect(problemIn(answer)).toMatchObject(problem({ status: 400, code: 'not-json' }));
      expect(answer.body.hint).toContain('{"data": [');
    },
  );

  test('that is not UTF-8: 400, since its bytes would not be stored as they are', async () => {
    const body = Buffer.from('{"data":[{"id":"\xe9","lines":[]}]}', 'latin1');
    expect(problemIn(await send(here(), { body }))).toMatchObject(problem({ status: 400, code: 'not-json' }));
  });

  test.each([
    [{}, 'is missing'],
    [{ data: [] }, 'is empty'],
    [{ data: order('a') }, 'is an object, not an array'],
    [{ data: 'x' }, 'is a string, not an array'],
    [{ Data: [order('a')] }, 'is missing'],
  ])('%j: 400 with the pointer, what is there and what may be', async (body, message) => {
    expect(problemIn(await send(here(), { body: JSON.stringify(body) }))).toMatchObject(
      problem({
        status: 400,
        code: 'bad-request',
        detail: `/data ${message}`,
        errors: [{ path: '/data', message, allowed: expect.stringContaining('event') as string }],
      }),
    );
  });

  test('that is an array, or nested without end: 400', async () => {
    expect(problemIn(await send(here(), { body: '[{}]' }))).toMatchObject(
      problem({ status: 400, code: 'bad-request', errors: [{ path: '' }] }),
    );
    const nested = `{"data":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`;
    expect(problemIn(await send(here(), { body: nested }))).toMatchObject(
      problem({ status: 400, code: 'bad-request' }),
    );
  });

  test('of 10,001 events: 400 with their number', async () => {
    const body = JSON.stringify({ data: Array.from({ length: 10_001 }, () => order('a')) });
    expect(problemIn(await send(here(), { body }))).toMatchObject(
      problem({ status: 400, detail: '/data has 10001 events' }),
    );
  });

  test('of 10 MB: 413, whether it says its length or not', async () => {
    const body = JSON.stringify({ data: [order('x'.repeat(10 << 20))] });
    expect(problemIn(await send(here(), { body }))).toMatchObject(problem({ status: 413, code: 'too-large' }));
    const chunked = { body: new Blob([body]).stream(), duplex: 'half' } as const;
    const answer = await send(here(), chunked);
    expect(problemIn(answer)).toMatchObject(problem({ status: 413, code: 'too-large' }));
    expect(answer.body.detail).toContain('8388608');
  });

  test('with an event larger than a message may be: 413 with its pointer, none of the batch stored', async () => {
    const body = JSON.stringify({ data: [order('a'), order('x'.repeat(1 << 20))] });
    const answer = await send(here(), { body });
    expect(problemIn(answer)).toMatchObject(problem({ status: 413, code: 'too-large' }));
    expect(answer.body.detail).toContain('/data/1');
  });
});

describe('an item against its schema: 422 with its pointer, and none of the batch is accepted', () => {
  test('in the midst of others', async () => {
    const data = [order('a'), { id: 'b', lines: [{ price: 1 }, { price: -5 }] }, order('c'), { id: 7, lines: [] }];
    expect(problemIn(await send(here(), { body: JSON.stringify({ data }) }))).toMatchObject(
      problem({
        status: 422,
        code: 'invalid',
        errors: [
          { path: '/data/1/lines/1/price', message: 'must be >= 0', value: '-5' },
          { path: '/data/3/id', message: 'must be string', value: '7' },
        ],
      }),
    );
  });

  test('as the last of 10,000', async () => {
    const data = [...Array.from({ length: 9999 }, () => order('a')), { id: 'b' }];
    expect(problemIn(await send(here(), { body: JSON.stringify({ data }) }))).toMatchObject(
      problem({
        status: 422,
        errors: [{ path: '/data/9999/lines', message: 'is missing' }],
      }),
    );
  });

  test('with no more faults than can be read, when all are wrong', async () => {
    const body = JSON.stringify({ data: Array.from({ length: 10_000 }, () => 0) });
    const answer = await send(here(), { body });
    expect(problemIn(answer)).toMatchObject(problem({ status: 422 }));
    expect(answer.body.errors).toHaveLength(100);
  });

  test('of which the value that was checked is the one that would be stored', async () => {
    const valid = JSON.stringify(order('a'));
    const answer = await send(here(), { body: String.raw`{"data":[0],"d\u0061ta":[${valid}]}` });
    expect(answer.status).toBe(202);
    const stored = await entrance.stored();
    expect(stored.map(({ text }) => text)).toEqual([valid]);
    await entrance.nats.jsm.streams.purge(`QUEUE_${entrance.tenant}_main`);
  });
});

describe('an address', () => {
  test('of an unknown tenant and of an unknown event get the same answer: 404', async () => {
    const body = JSON.stringify({ data: [order('a')] });
    const paths = [
      `/events/${entrance.tenant}/unknown`,
      '/events/unknown/placed',
      '/events/unknown/unknown',
      `/events/${entrance.tenant}/constructor`,
      '/events/__proto__/toString',
    ];
    const answers = await Promise.all(paths.map((path) => send(path, { body })));
    for (const answer of answers) expect(problemIn(answer)).toMatchObject(problem({ status: 404, code: 'not-found' }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  });

  test.each(['*', '>', 'placed.*', '%2A', '%3E', 'placed%20', 'placed%0d%0aNats-Msg-Id:x', 'PLACED', 'a'.repeat(5000)])(
    'whose event is %s: 404',
    async (event) => {
      const body = JSON.stringify({ data: [order('a')] });
      expect(problemIn(await send(`/events/${entrance.tenant}/${event}`, { body }))).toMatchObject(
        problem({ status: 404, code: 'not-found' }),
      );
      expect(problemIn(await send(`/events/${event}/placed`, { body }))).toMatchObject(
        problem({ status: 404, code: 'not-found' }),
      );
    },
  );

  test('that does not exist: 404 that says where events go', async () => {
    for (const path of ['/', '/events', `/events/${entrance.tenant}`, `${here()}/more`, '/../../etc/passwd']) {
      const answer = await send(path, { body: '{}' });
      expect(problemIn(answer)).toMatchObject(problem({ status: 404, code: 'not-found' }));
      expect(answer.body.hint).toContain('/events/{tenant}/{event}');
    }
  });

  test('that is badly encoded: 400', async () => {
    expect(problemIn(await send(`/events/${entrance.tenant}/%ff%zz`))).toMatchObject(
      problem({ status: 400, code: 'bad-request' }),
    );
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'of events, asked with %s: 405 that allows POST',
    async (method) => {
      const body = method === 'GET' ? null : 'whatever';
      const answer = await send(here(), { method, headers: { 'content-type': 'text/plain' }, body });
      expect(problemIn(answer)).toMatchObject(problem({ status: 405, code: 'bad-request' }));
      expect(answer.headers.get('allow')).toBe('POST');
      expect(answer.body.hint).toContain('POST');
    },
  );

  test('asked with HEAD: 405 without a body', async () => {
    const response = await fetch(entrance.listener.url + here(), { method: 'HEAD' });
    expect(response.status).toBe(405);
  });
});

describe('a content type', () => {
  const body = JSON.stringify({ data: [order('a')] });
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonx', 'nonsense'];

  test.each(types)('%s: 415 that says which is right', async (type) => {
    const answer = await send(here(), { headers: { 'content-type': type }, body });
    expect(problemIn(answer)).toMatchObject(problem({ status: 415, code: 'unsupported-media-type' }));
    expect(answer.body.hint).toContain('application/json');
  });

  test('that is missing: 415', async () => {
    const answer = await send(here(), { headers: {}, body: new Blob([body]) });
    expect(problemIn(answer)).toMatchObject(problem({ status: 415, code: 'unsupported-media-type' }));
  });

  test('of another charset: 415; UTF-8 by name is taken', async () => {
    const of = (charset: string) => ({ headers: { 'content-type': `application/json; charset=${charset}` }, body });
    for (const charset of ['latin1', 'utf-16', '"ISO-8859-1"']) {
      const answer = await send(here(), of(charset));
      expect(problemIn(answer)).toMatchObject(problem({ status: 415, code: 'unsupported-media-type' }));
      expect(answer.body.detail).toContain(charset.replaceAll('"', '').toLowerCase());
    }
    for (const charset of ['utf-8', 'UTF8', '"utf-8"']) {
      expect((await send(here(), { ...of(charset), body: '{"data":[{}]}' })).status).toBe(422);
    }
  });

  test('of a body that is compressed: 415, and it is not unpacked', async () => {
    const bomb = gzipSync(`{"data":[${'0'.repeat(1 << 24)}]}`);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await send(here(), { headers, body: bomb });
    expect(problemIn(answer)).toMatchObject(problem({ status: 415, code: 'unsupported-media-type' }));
    expect(answer.body.detail).toContain('gzip');
  });
});

test('no refusal shows what happens inside', async () => {
  const bodies = ['{', '{}', '{"data":[{}]}', `{"data":[${'['.repeat(300)}]}`];
  for (const body of bodies) {
    const answer = await send(here(), { body });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|at \w+ \(|FST_ERR|QUEUE_/);
  }
});
