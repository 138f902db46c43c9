import { expect, test } from 'vitest';
import { answerOf, front } from './support/front.ts';

const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

test('an accepted event is in its queue by the time its id is answered, as it was sent', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: ORDER });
  const { status, body } = await post('placed', '{"data": [ {"n":1,  "b":[ ]},{"a":"}","n":2} ]}');
  const queued = await stored();
  expect(status).toBe(202);
  expect(body).toEqual({ accepted: 2, events: queued.map(({ header }) => ({ id: header('Nats-Msg-Id') })) });
  expect(queued.map(({ text }) => text)).toEqual(['{"n":1,  "b":[ ]}', '{"a":"}","n":2}']);
  expect(queued.map(({ header }) => header('Jobico-Source'))).toEqual(['http', 'http']);
  expect(new Set(body.events?.map(({ id }) => id)).size).toBe(2);
});

test('numbers that no double can hold, and characters of every kind, arrive byte by byte', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: undefined });
  const items = [
    '{"n":9007199254740993}',
    '{"n":123456789012345678901234567890.10}',
    '-0.0',
    String.raw`"\ud83d\ude00 😀 é 漢 \u0000 \ud800"`,
    '{"2":1,"1":2,"2":3}',
  ];
  expect((await post('placed', `{"data":[${items.join(',')}]}`)).status).toBe(202);
  const queued = await stored();
  expect(queued.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(
    items.map((item) => Buffer.from(item).toString('hex')),
  );
});

test('a batch of 10,000 keeps its order in the queue', async () => {
  const { declare, post, nats, tenant } = await front();
  await declare({ placed: undefined });
  const { status, body } = await post('placed', { data: Array.from({ length: 10_000 }, (_, index) => index) });
  expect({ status, accepted: body.accepted }).toEqual({ status: 202, accepted: 10_000 });
  const stream = `QUEUE_${tenant}_main`;
  expect((await nats.jsm.streams.info(stream)).state.messages).toBe(10_000);
  for (const seq of [1, 2, 4999, 9999, 10_000]) {
    const message = await nats.jsm.streams.getMessage(stream, { seq });
    expect(message?.json()).toBe(seq - 1);
    expect(message?.header.get('Nats-Msg-Id')).toBe(body.events?.[seq - 1]?.id);
  }
});

test('the key that the queue names goes along, whatever characters it has', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: undefined }, { ordering: { key: '/customer/id' } });
  const keys = ['c-1', 'a b/é', 'x\r\nNats-Msg-Id: forged', '', '\ud800', 'k'.repeat(100_000)];
  for (const id of keys) {
    const { status } = await post('placed', { data: [{ customer: { id } }, { customer: {} }] });
    expect({ key: id.slice(0, 20), status }).toEqual({ key: id.slice(0, 20), status: 202 });
  }
  const queued = await stored();
  expect(queued).toHaveLength(2 * keys.length);
  expect(queued.map(({ header }) => header('Nats-Msg-Id'))).not.toContain('forged');
  const sent = queued.filter((_, index) => index % 2 === 0);
  expect(sent.slice(0, 3).map(({ header }) => decodeURIComponent(header('Jobico-Key')))).toEqual(keys.slice(0, 3));
});

test('a well-formed trace context goes along, any other header of the caller does not', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: undefined });
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post('placed', { data: [1] }, { traceparent });
  await post('placed', { data: [2] }, { traceparent: `${traceparent}-more` });
  await post('placed', { data: [3] }, { 'nats-msg-id': 'mine', 'jobico-source': 'mine', 'nats-rollup': 'all' });
  const queued = await stored();
  expect(queued.map(({ header }) => header('traceparent'))).toEqual([traceparent, '', '']);
  expect(queued).toHaveLength(3);
  expect(queued[2]?.header('Nats-Msg-Id')).not.toBe('mine');
  expect(queued[2]?.header('Jobico-Source')).toBe('http');
});

test('what a direct producer publishes waits in the same queue, in its turn', async () => {
  const { declare, post, stored, nats, tenant } = await front();
  await declare({ placed: undefined });
  await post('placed', { data: ['first'] });
  await nats.publisher.publish(`jobico.event.${tenant}.placed`, '"second"');
  await post('placed', { data: ['third'] });
  expect((await stored()).map(({ text }) => text)).toEqual(['"first"', '"second"', '"third"']);
  await expect(nats.publisher.publish(`jobico.event.${tenant}.unknown`, '1')).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('an event that a new definition declares is taken, one that it drops is not, without a restart', async () => {
  const { declare, post } = await front();
  await declare({ placed: ORDER });
  expect((await post('paid', { data: [{}] })).status).toBe(404);
  await declare({ paid: undefined, placed: { type: 'string' } });
  expect((await post('paid', { data: [{}] })).status).toBe(202);
  expect((await post('placed', { data: [{ n: 1 }] })).status).toBe(422);
  await declare({ paid: undefined });
  expect((await post('placed', { data: ['text'] })).status).toBe(404);
});

test('requests side by side are each answered for their own events', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: ORDER });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => post('placed', { data: n % 3 === 0 ? [{ n: 'no' }] : [{ n }, { n }] })),
  );
  const accepted = answers.flatMap(({ body }) => body.events ?? []);
  expect(answers.filter(({ status }) => status === 422)).toHaveLength(34);
  expect(accepted).toHaveLength(132);
  expect((await stored()).map(({ header }) => header('Nats-Msg-Id')).toSorted()).toEqual(
    accepted.map(({ id }) => id).toSorted(),
  );
});

test('/health says that it is well, and since when', async () => {
  const { listener } = await front();
  const { status, body } = await answerOf(fetch(`${listener.url}/health`));
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'ok', checks: { nats: { status: 'ok' } } });
});
