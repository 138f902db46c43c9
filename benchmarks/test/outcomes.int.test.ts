import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readOutcomes, untilRecorded } from '../measure/outcomes.ts';
import { orderAt, receiptOf, type Receipt } from '../order/order.ts';
import type { Subject } from '../subjects/subject.ts';

let nc: Awaited<ReturnType<typeof connect>>;

beforeAll(async () => {
  nc = await connect({ servers: inject('natsUrl') });
});

afterAll(() => nc.close());

async function subjectWith(receipts: readonly Receipt[], isOk = true): Promise<Subject> {
  const outcomes = `OUTCOMES-${randomUUID()}`;
  await (await jetstreamManager(nc)).streams.add({ name: outcomes, subjects: [outcomes], storage: 'memory' });
  for (const receipt of receipts) await jetstream(nc).publish(outcomes, JSON.stringify(receipt));
  const readOutcome = (receipt: unknown) => ({ isOk, receipt });
  return { name: 'plain', url: '', nc, outcomes, readOutcome, processes: [], [Symbol.asyncDispose]: async () => {} };
}

const receipts = (count: number) => Array.from({ length: count }, (_, n) => receiptOf(orderAt(n)));

test('outcomes in any order are read with the time at which each was stored', async () => {
  const before = Date.now();
  const subject = await subjectWith(receipts(5).toReversed());
  const lastMs = await untilRecorded(subject, 5, AbortSignal.timeout(5000));
  const recorded = await readOutcomes(subject, 0, 5);
  expect(recorded).toHaveLength(5);
  for (const at of recorded) expect(at).toBeGreaterThan(before - 1);
  expect([...recorded]).toStrictEqual([...recorded].toSorted((a, b) => b - a));
  expect(Math.floor(recorded[0] ?? 0)).toBe(lastMs);
});

test('a wrong sum is told with what was recorded', async () => {
  const [first, second] = receipts(2);
  const subject = await subjectWith([first ?? never(), { ...(second ?? never()), total: 1 }]);
  await expect(readOutcomes(subject, 0, 2)).rejects.toThrow('"order-1","total":1');
});

test('an order with two outcomes is told', async () => {
  const [first] = receipts(1);
  const subject = await subjectWith([first ?? never(), first ?? never()]);
  await expect(readOutcomes(subject, 0, 2)).rejects.toThrow('not what it should be');
});

test('an outcome too many is told', async () => {
  const subject = await subjectWith(receipts(3));
  await expect(readOutcomes(subject, 0, 2)).rejects.toThrow('more outcomes than there were orders');
});

test('a failed execution is told', async () => {
  const subject = await subjectWith(receipts(1), false);
  await expect(readOutcomes(subject, 0, 1)).rejects.toThrow('not what it should be');
});

test('waiting for outcomes ends when the run is stopped', async () => {
  const subject = await subjectWith(receipts(1));
  await expect(untilRecorded(subject, 2, AbortSignal.timeout(100))).rejects.toThrow('abort');
});

function never(): never {
  throw new Error('there is no such receipt');
}
