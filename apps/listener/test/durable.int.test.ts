import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
import { front, type Front } from './support/front.ts';

// Each has a nats-server of its own, which waits for the disk.
vi.setConfig({ testTimeout: 60_000 });

/** A listener of the durable profile in front of a nats-server that waits for the disk before it answers. */
async function durableFront(events: Record<string, object | undefined> = { placed: undefined }, retention = {}) {
  const nats = await startKillableNats(inject('natsServerBinary'), { syncInterval: 'always' });
  const entrance = await front({ natsUrl: nats.url, durability: 'durable' });
  await entrance.declare(events, retention);
  return { nats, entrance };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const idsIn = async ({ stored }: Front) => (await stored()).map(({ header }) => header('Nats-Msg-Id'));
const batchesIn = async ({ stored }: Front) => new Set((await stored()).map(({ header }) => header('Nats-Batch-Id')));

test('requests at the same time are stored together, and each gets its own answer', async () => {
  const { entrance } = await durableFront({ placed: { type: 'number' } });
  const bodies: unknown[] = numbers(100).map((n) => ({ data: n % 10 === 3 ? ['no number'] : [n, n + 0.5] }));
  const answers = await Promise.all(bodies.map((body) => entrance.post('placed', body)));
  expect(answers.map(({ status }) => status)).toEqual(numbers(100).map((n) => (n % 10 === 3 ? 422 : 202)));
  const ids = answers.flatMap(({ body }) => body.events?.map(({ id }) => id) ?? []);
  expect((await idsIn(entrance)).toSorted()).toEqual(ids.toSorted());
  // Some of the first may have gone by themselves.
  expect((await batchesIn(entrance)).size).toBeLessThan(50);
});

test('events of one request keep their order, in whichever batches they are stored', async () => {
  const { entrance } = await durableFront();
  const answers = await Promise.all(
    numbers(8).map((caller) => entrance.post('placed', { data: numbers(400).map((n) => [caller, n]) })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const stored = (await entrance.stored()).map(({ text }) => JSON.parse(text) as [number, number]);
  for (const caller of numbers(8)) {
    expect(stored.filter(([by]) => by === caller).map(([, n]) => n)).toEqual(numbers(400));
  }
});

test('ids that are sent twice at the same time make one event each, and all are answered alike', async () => {
  const { entrance } = await durableFront();
  const ids = [...numbers(40), ...numbers(40), ...numbers(40)].map((n) => `order-${n}`);
  const answers = await Promise.all(
    ids.map((id) => entrance.post('placed', { data: [id] }, { 'idempotency-key': id })),
  );
  expect(answers.map(({ status, body }) => [status, body.events?.[0]?.id])).toEqual(ids.map((id) => [202, id]));
  expect((await idsIn(entrance)).toSorted()).toEqual([...new Set(ids)].toSorted());
});

test('a queue with too little room takes what fits, and refuses the others with Retry-After', async () => {
  const { entrance } = await durableFront({ placed: undefined }, { retention: { maxEvents: 30 } });
  const answers = await Promise.all(numbers(60).map((n) => entrance.post('placed', { data: [n] })));
  const accepted = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status === 503);
  expect([accepted.length, refused.length]).toEqual([30, 30]);
  for (const { body, headers } of refused) {
    expect(body.code).toBe('queue-full');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const ids = accepted.flatMap(({ body }) => body.events?.map(({ id }) => id) ?? []);
  expect((await idsIn(entrance)).toSorted()).toEqual(ids.toSorted());
});

test('NATS is killed under load: what was accepted is there, and what callers sent again is there once', async () => {
  const { nats, entrance } = await durableFront();
  const accepted: string[] = [];
  let refused = 0;
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const callers = numbers(40).map(async (caller) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const id = `${caller}-${n}`;
      await vi.waitFor(
        async () => {
          const { status } = await entrance.post('placed', { data: [id] }, { 'idempotency-key': id });
          if (status !== 202) refused += 1;
          expect(status).toBe(202);
        },
        { timeout: 20_000, interval: 50 },
      );
      accepted.push(id);
    }
  });
  for (const _kill of numbers(3)) {
    const before = accepted.length;
    await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(before + 200), { timeout: 20_000, interval: 1 });
    await nats.kill();
    await nats.start();
  }
  over.abort();
  await Promise.all(callers);
  expect(refused).toBeGreaterThan(0);
  expect((await idsIn(entrance)).toSorted()).toEqual(accepted.toSorted());
});
