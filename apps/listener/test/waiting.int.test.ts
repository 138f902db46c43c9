import { expect, test, vi } from 'vitest';
import { front } from './support/front.ts';
import { settleAll } from './support/executor.ts';

const waiting = (seconds: number) => ({ prefer: `wait=${seconds}` });

test('a caller that waits gets the outcome: 200 with the result', async () => {
  const { declare, post, nats, tenant } = await front();
  await declare({ placed: undefined });
  await settleAll(nats, tenant, ({ text }) => ({ result: JSON.parse(text) as unknown }));
  const { status, headers, body } = await post('placed', { data: [{ n: 7 }] }, waiting(10));
  expect(status).toBe(200);
  expect(headers.get('preference-applied')).toBe('wait=10');
  expect(body).toMatchObject({ accepted: 1, events: [{ outcome: { status: 'ok', attempt: 1, result: { n: 7 } } }] });
});

test('an attempt that is tried again is no outcome: the one that ends the event is waited for', async () => {
  const { declare, post, nats, tenant } = await front();
  await declare({ placed: undefined });
  const error = { code: 'permanent', message: 'no such customer' } as const;
  await settleAll(nats, tenant, ({ attempt }) =>
    attempt < 3 ? { status: 'retry', error } : { status: 'dead', error },
  );
  const { status, body } = await post('placed', { data: [1] }, waiting(10));
  expect(status).toBe(200);
  expect(body.events).toMatchObject([{ outcome: { status: 'dead', attempt: 3, error } }]);
});

test('several events are waited for together, each with its own outcome', async () => {
  const { declare, post, nats, tenant } = await front();
  await declare({ placed: undefined });
  await settleAll(nats, tenant, ({ text }) => ({ result: Number(text) * 2 }));
  const { status, body } = await post('placed', { data: [1, 2, 3] }, waiting(10));
  expect(status).toBe(200);
  expect(body.events).toMatchObject([2, 4, 6].map((result) => ({ outcome: { result } })));
});

test('no outcome in time: 202 as without waiting, and the event is stored', async () => {
  const { declare, post, stored } = await front();
  await declare({ placed: undefined });
  const startedAt = performance.now();
  const { status, body } = await post('placed', { data: [1] }, waiting(1));
  expect(status).toBe(202);
  expect(body.events).toEqual([{ id: expect.any(String) as string }]);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  expect(await stored()).toHaveLength(1);
});

test('a repeat that waits gets the outcome of the first, though it came before', async () => {
  const { declare, post, nats, tenant, stored } = await front();
  await declare({ placed: undefined });
  await settleAll(nats, tenant, () => ({ result: 'done' }));
  const send = () => post('placed', { data: [1] }, { ...waiting(10), 'idempotency-key': 'once' });
  const first = await send();
  expect(first.status).toBe(200);
  await vi.waitFor(async () => expect(await send()).toMatchObject({ status: 200, body: first.body }));
  expect(await stored()).toHaveLength(1);
});

test('wait=0, a wait that is no number, and a hundred and one events are not waited for', async () => {
  const { declare, post } = await front();
  await declare({ placed: undefined });
  for (const prefer of ['wait=0', 'wait=soon', 'respond-async', 'wait=-1']) {
    expect((await post('placed', { data: [1] }, { prefer })).status).toBe(202);
  }
  const many = await post('placed', { data: Array.from({ length: 101 }, (_, n) => n) }, waiting(5));
  expect([many.status, many.headers.get('preference-applied')]).toEqual([202, null]);
});

test('no more wait at once than may: the next is answered at once', async () => {
  const { declare, post } = await front({ waiters: 2 });
  await declare({ placed: undefined });
  const held = [post('placed', { data: [1] }, waiting(5)), post('placed', { data: [2] }, waiting(5))];
  const settled = Promise.all(held);
  await vi.waitFor(async () => {
    const startedAt = performance.now();
    const { headers } = await post('placed', { data: [3] }, waiting(1));
    expect(headers.get('preference-applied')).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(900);
  });
  expect((await settled).map(({ status }) => status)).toEqual([202, 202]);
  expect((await post('placed', { data: [4] }, waiting(1))).headers.get('preference-applied')).toBe('wait=1');
});

test('what is refused is refused without waiting', async () => {
  const { declare, post } = await front();
  await declare({ placed: { type: 'string' } });
  expect((await post('placed', { data: [1] }, waiting(10))).status).toBe(422);
  expect((await post('unknown', { data: [1] }, waiting(10))).status).toBe(404);
});
