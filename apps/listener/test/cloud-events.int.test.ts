import { CloudEvent, HTTP, type Message } from 'cloudevents';
import { beforeEach, describe, expect, test } from 'vitest';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };
const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

let entrance: Front;

beforeEach(async () => {
  entrance = await front();
  await entrance.declare({ placed: ORDER, anything: undefined });
});

const post = (body: unknown, type = STRUCTURED, event = 'placed') =>
  entrance.post(event, body, { 'content-type': type });

/** What the SDK of CloudEvents makes of an event, sent as it is. */
const sendMessage = ({ headers, body }: Message<unknown>): Promise<Answer> =>
  answerOf(
    fetch(`${entrance.listener.url}/events/${entrance.tenant}/placed`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: body as string,
    }),
  );

const event = (fields: object = {}) => ({
  specversion: '1.0',
  id: 'a-1',
  source: '/shop',
  type: 'order.placed',
  data: { n: 1 },
  ...fields,
});

const ce = ['id', 'source', 'type', 'specversion', 'time', 'subject', 'dataschema', 'datacontenttype', 'traceid'];

test('what the SDK sends, structured and binary, is stored with its attributes as headers and its data as payload', async () => {
  const attributes = {
    source: 'https://shop.example/orders?x=1',
    type: 'order.placed',
    subject: 'café "7" 100%',
    time: '2026-11-21T10:00:00.123Z',
    dataschema: 'https://shop.example/schema.json',
    datacontenttype: 'application/json',
    traceid: 'x1',
  };
  const inModes = { structured: HTTP.structured, binary: HTTP.binary };
  for (const [id, serialise] of Object.entries(inModes)) {
    const sent = new CloudEvent({ ...attributes, id, data: { n: 1, ñ: '漢😀' } });
    const message = serialise(sent);
    // Headers hold Latin-1 alone: the SDK leaves it to whoever sends to encode the others.
    if (id === 'binary') message.headers['ce-subject'] = encodeURIComponent(attributes.subject);
    expect((await sendMessage(message)).body).toMatchObject({ accepted: 1, events: [{ id }] });
  }
  const stored = await entrance.stored();
  for (const each of stored) {
    expect(JSON.parse(each.text)).toEqual({ n: 1, ñ: '漢😀' });
    const headers = Object.fromEntries(ce.map((name) => [name, decodeURIComponent(each.header(`ce-${name}`))]));
    expect(headers).toMatchObject({ ...attributes, specversion: '1.0', id: each.header('Nats-Msg-Id') });
    // What is in the queue is the CloudEvents binding of NATS: the SDK reads it again.
    const read = HTTP.toEvent({
      headers: { 'content-type': 'application/json', ...prefixed(headers) },
      body: each.text,
    });
    expect(read).toMatchObject({ id: each.header('Nats-Msg-Id'), source: attributes.source, data: { n: 1 } });
  }
});

const prefixed = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`ce-${name}`, value]));

test('data keeps its digits, the order of its fields and what no schema knows, in every mode', async () => {
  const data = '{"n":1.10,"big":9007199254740993123,"b":{"z":1,"a":[1e3,-0.0]},"n":2.50}';
  const rest = '"specversion":"1.0","source":"/s","type":"t"';
  await post(`{"data":0,${rest},"id":"s","d\\u0061ta" : ${data} }`);
  await post(`[{"id":"b1",${rest},"data":${data}},{${rest},"data":${data},"id":"b2"}]`, BATCH);
  const headers = {
    'content-type': 'application/json',
    ...prefixed({ specversion: '1.0', source: '/s', type: 't', id: 'bin' }),
  };
  await entrance.post('placed', data, headers);
  const base64 = Buffer.from(data).toString('base64');
  await post(`{${rest},"id":"b64","data_base64":"${base64}"}`);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual([data, data, data, data, data]);
});

test('an event without data is null', async () => {
  await post({ specversion: '1.0', id: 'none', source: '/s', type: 't' }, STRUCTURED, 'anything');
  const headers = prefixed({ specversion: '1.0', source: '/s', type: 't', id: 'bin' });
  const bare = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
  const answer = await answerOf(fetch(`${entrance.listener.url}/events/${entrance.tenant}/anything`, bare));
  expect(answer.status).toBe(202);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual(['null', 'null']);
});

test('the id of a CloudEvent is kept: a repeat in another mode makes no second event, other data is refused', async () => {
  expect((await post(event())).status).toBe(202);
  expect((await sendMessage(HTTP.binary(new CloudEvent(event())))).status).toBe(409);
  expect((await post([event(), event({ id: 'a-2' })], BATCH)).body).toMatchObject({ accepted: 2 });
  const refused = await post([event({ id: 'a-3' }), event({ data: { n: 2 } })], BATCH);
  expect(refused).toMatchObject({ status: 409, body: { errors: [{ path: '/data/1', value: 'a-1' }] } });
  expect((await entrance.stored()).map(({ header }) => header('Nats-Msg-Id'))).toEqual(['a-1', 'a-2']);
  // What was refused along with it is free.
  expect((await post(event({ id: 'a-3', data: { n: 9 } }))).status).toBe(202);
});

test('an id that no header could hold is one all the same', async () => {
  for (const id of ['with space', 'ünï', 'x'.repeat(300)]) {
    const [first, again] = [await post(event({ id })), await post(event({ id }))];
    expect(first).toMatchObject({ status: 202 });
    expect(again.body).toEqual(first.body);
  }
  expect(await entrance.stored()).toHaveLength(3);
});

test('data is checked against the schema, with its pointer in the body that was sent', async () => {
  expect(await post(event({ data: { n: 'x' } }))).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/data/n' }] },
  });
  const batch = await post([event(), event({ id: 'b', data: {} })], BATCH);
  expect(batch).toMatchObject({ status: 422, body: { errors: [{ path: '/1/data/n', message: 'is missing' }] } });
  expect(await entrance.stored()).toEqual([]);
});

test('an empty batch is no event, and all is well', async () => {
  expect(await post([], BATCH)).toMatchObject({ status: 202, body: { accepted: 0, events: [] } });
});

describe('what is no CloudEvent: 400 with a pointer to what is wrong', () => {
  const faulty: [string, object][] = [
    ['/id', { id: undefined }],
    ['/id', { id: '' }],
    ['/id', { id: 7 }],
    ['/source', { source: undefined }],
    ['/source', { source: '' }],
    ['/source', { source: 'not a uri' }],
    ['/type', { type: undefined }],
    ['/type', { type: null }],
    ['/specversion', { specversion: '0.3' }],
    ['/specversion', { specversion: undefined }],
    ['/time', { time: 'yesterday' }],
    ['/time', { time: '2026-13-41T00:00:00Z' }],
    ['/dataschema', { dataschema: 'relative/path' }],
    ['/subject', { subject: '' }],
    ['/Extension', { Extension: 'x' }],
    ['/my_ext', { my_ext: 'x' }],
    ['/ext', { ext: { nested: 1 } }],
    ['/ext', { ext: 1.5 }],
    ['/data_base64', { data: undefined, data_base64: '***' }],
    ['/data_base64', { data_base64: 'e30=' }],
  ];
  test.each(faulty)('%s of %j', async (path, fields) => {
    const answer = await post(event(fields));
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request', errors: [{ path }] } });
    expect((await post([event({ id: 'fine' }), event(fields)], BATCH)).body).toMatchObject({
      errors: [{ path: `/1${path}` }],
    });
    expect(await entrance.stored()).toEqual([]);
  });

  test.each(['[]', '7', 'null', '"x"'])('a structured body that is %s', async (body) => {
    expect((await post(body)).status).toBe(400);
  });

  test('a batch that is no array, or holds what is none', async () => {
    expect((await post(event(), BATCH)).status).toBe(400);
    expect(await post([event(), 7], BATCH)).toMatchObject({ status: 400, body: { errors: [{ path: '/1' }] } });
  });

  test('attributes beyond their bound: 413', async () => {
    expect((await post(event({ ext: 'x'.repeat(9000) }))).status).toBe(413);
  });

  test('base64 of more than an event may have: 413, in the words that data get', async () => {
    const data = 'x'.repeat(5 << 20);
    const encoded = event({ data: undefined, data_base64: Buffer.from(`"${data}"`).toString('base64') });
    const plain = await post(event({ data }), STRUCTURED, 'anything');
    expect(plain).toMatchObject({ status: 413, body: { code: 'too-large' } });
    const detail = plain.body.detail?.replace('/data', '/data_base64');
    expect(await post(encoded)).toMatchObject({ status: 413, body: { code: 'too-large', detail } });
    expect((await post([event(), encoded], BATCH)).body.detail).toContain('at /1/data_base64 is larger than 1 MiB');
  });

  test('binary data that is no JSON: 415', async () => {
    const base64 = Buffer.from([0, 255, 1]).toString('base64');
    expect((await post(event({ data: undefined, data_base64: base64 }))).status).toBe(415);
    const headers = {
      'content-type': 'text/plain',
      ...prefixed({ specversion: '1.0', source: '/s', type: 't', id: 'x' }),
    };
    expect((await entrance.post('placed', 'hello', headers)).status).toBe(415);
  });

  test('binary mode with an attribute missing names the header', async () => {
    const headers = { 'content-type': 'application/json', ...prefixed({ specversion: '1.0', source: '/s', id: 'x' }) };
    expect((await entrance.post('placed', '{"n":1}', headers)).body.errors).toMatchObject([{ path: '/headers/type' }]);
  });
});

test('what the SDK takes as a CloudEvent is taken here, and what it refuses is refused', async () => {
  const optional: [string, unknown[]][] = [
    ['subject', [undefined, 's', '']],
    ['time', [undefined, '2026-11-21T10:00:00Z', '2026-11-21T10:00:00+01:00', 'no time']],
    ['dataschema', [undefined, 'https://x.example/s', 'urn:a:b', '']],
    ['source', ['/s', 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66', 'mailto:a@b.c', '1-555-123-4567', '']],
    ['ext1', [undefined, 'x', true, 0, -5]],
    ['Ext', [undefined, undefined, 'x']],
    ['id', ['1', 'a:b/c', '']],
    ['type', ['t', 'com.example.v2', '', undefined]],
  ];
  let state = 7;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let n = 0; n < 150; n += 1) {
    const fields = Object.fromEntries(optional.map(([name, values]) => [name, values[random(values.length)]]));
    const body: Record<string, unknown> = { specversion: '1.0', data: { n }, ...fields };
    if (body.id !== '') body.id = `${String(body.id)}-${n}`;
    const { status } = await post(body);
    expect({ body, isTaken: status === 202 }).toEqual({ body, isTaken: isTakenBySdk(body) });
  }
}, 30_000);

/** The SDK gives an event that has none an id and a time: what it would fill in is looked at first. */
function isTakenBySdk(body: Record<string, unknown>): boolean {
  if (body.id === '') return false;
  try {
    const text = JSON.stringify(body);
    HTTP.toEvent({ headers: { 'content-type': STRUCTURED }, body: text });
    // As it was sent: without what is undefined.
    const sent = JSON.parse(text) as { type: string; source: string };
    const strict = new CloudEvent({ ...sent }, true);
    return strict.id === body.id && !Object.values(body).includes('');
  } catch {
    return false;
  }
}
