import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Execution } from '@jobico/contract';
import { createNodes, eventSubject, listQueues, partitionOf, queueStream, SLOTS } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';

const PARTITIONS = 4;
const KEYS = Array.from({ length: 24 }, (_, index) => `c ${index}`);

const told = (ordering: object, initialInterval = 'PT0.2S') => ({
  id: 'p',
  queues: [
    { id: 'q', ordering },
    { id: 'after', ordering: { key: '/event/data/key', partitions: 3 } },
  ],
  jobs: [
    {
      event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' },
      result: { error: { id: 'failed', supplierqueue: 'after', runtime: 'echo' } },
      retry: { maximumAttempts: 3, initialInterval },
    },
  ],
  runtimes: [
    { id: 'as-told', moduleref: 'as-told.wasm' },
    { id: 'echo', moduleref: 'echo.wasm' },
  ],
});
const GUESTS = { 'as-told.wasm': 'as-told', 'echo.wasm': 'echo' };
const BY_KEY = { key: '/key', partitions: PARTITIONS };

/** Publishes one event of a key, with the key in its subject or without. */
const send = ({ nats, tenant }: Stage, key: string, isInSubject: boolean, data: object = {}) =>
  nats.publisher.publish(eventSubject(tenant, 'told', isInSubject ? key : undefined), JSON.stringify({ key, ...data }));

const pendingOf = async ({ nats, tenant }: Stage) =>
  (await listQueues(nats, tenant)).reduce((sum, { pending }) => sum + pending, 0);

const ended = (executions: readonly Execution[]) => executions.filter(({ status }) => status !== 'retry');

/** Sequences of each key, in the order in which their outcomes were recorded. */
function byKey(executions: readonly Execution[]): Map<string | undefined, number[]> {
  const groups = Map.groupBy(ended(executions), ({ event }) => event.key);
  return new Map([...groups].map(([key, group]) => [key, group.map(({ sequence }) => sequence)]));
}

function expectInOrder(executions: readonly Execution[]): void {
  for (const sequences of byKey(executions).values()) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
}

test(
  'events of a key run in the order they were stored, with the key in their subject or without, while executors come and go',
  { timeout: 60_000 },
  () =>
    onStage(async (stage) => {
      await stage.deploy(told(BY_KEY), GUESTS);
      const first = await stage.startExecutor();
      await stage.startExecutor();
      const total = KEYS.length * 8;
      for (let n = 0; n < total; n += 1) {
        const attempts = n % 31 === 5 ? ['retry', 'ok'] : ['ok'];
        await send(stage, KEYS[n % KEYS.length] ?? '', n % 5 !== 0, { attempts });
        if (n === total / 2) await first.stop();
      }
      const outcomes = await stage.outcomes(total, 30_000);
      expect(outcomes).toHaveLength(total);
      expect(new Set(outcomes.map(({ sequence }) => sequence)).size).toBe(total);
      expect(byKey(outcomes).size).toBe(KEYS.length);
      expectInOrder(outcomes);
      await expect.poll(() => pendingOf(stage), { timeout: 10_000 }).toBe(0);
    }),
);

// Executors report their share every five seconds, and decide on what was reported.
test('an executor that joins is given its share of the partitions', { timeout: 60_000 }, () =>
  onStage(async (stage) => {
    await stage.deploy(told(BY_KEY), GUESTS);
    const nodes = await createNodes(stage.nats, createSilentLogger());
    const shares = async () => (await nodes.list()).flatMap(({ load }) => load?.queues ?? []);
    await stage.startExecutor({ rebalanceIntervalMs: 6000 });
    let sent = 0;
    const sendMore = async () => {
      for (const key of KEYS) await send(stage, key, true);
      sent += KEYS.length;
      return await shares();
    };
    await expect.poll(sendMore, { timeout: 20_000, interval: 500 }).toEqual([PARTITIONS]);
    await stage.startExecutor({ rebalanceIntervalMs: 6000 });
    await expect.poll(sendMore, { timeout: 40_000, interval: 500 }).toEqual([PARTITIONS / 2, PARTITIONS / 2]);
    await sendMore();
    const outcomes = await stage.outcomes(sent);
    expect(outcomes).toHaveLength(sent);
    expectInOrder(outcomes);
    expect(new Set(outcomes.map(({ node }) => node)).size).toBe(2);
  }),
);

test('an event whose subject names a key of another partition than its payload does is a dead letter that says so', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    await stage.deploy(told(BY_KEY), GUESTS);
    await stage.startExecutor();
    const right = partitionOf('right', PARTITIONS);
    const wrong = KEYS.find((key) => partitionOf(key, PARTITIONS) !== right) ?? '';
    await nats.publisher.publish(eventSubject(tenant, 'told', wrong), JSON.stringify({ key: 'right' }));
    await send(stage, 'right', true);
    const outcomes = await stage.outcomes(2);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['dead', 'ok']);
    expect(await stage.deadLetters(1)).toMatchObject([
      { error: { code: 'invalid', message: 'its subject names another key than right' }, data: { key: 'right' } },
    ]);
  }));

test('events without a key, and payloads that are no JSON, are settled once', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    await stage.deploy(told(BY_KEY), GUESTS);
    await stage.startExecutor();
    for (let n = 0; n < 5; n += 1) await stage.publish('told', { n });
    for (let n = 0; n < 5; n += 1) await nats.publisher.publish(eventSubject(tenant, 'told', KEYS[n]), '{}');
    await stage.publish('told', 'no JSON');
    await nats.publisher.publish(eventSubject(tenant, 'told', 'a'), '[');
    await stage.outcomes(12);
    await expect.poll(() => pendingOf(stage)).toBe(0);
    const statuses = (await stage.executions()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'ok')).toHaveLength(10);
    expect(statuses.filter((status) => status === 'dead')).toHaveLength(2);
  }));

test('what is parked of a partition survives its executor, and runs in order without any new event', () =>
  onStage(async (stage) => {
    await stage.deploy(told(BY_KEY, 'PT2S'), GUESTS);
    const first = await stage.startExecutor();
    for (const key of KEYS) {
      await send(stage, key, true, { attempts: ['retry', 'ok'] });
      await send(stage, key, false);
    }
    const { nats, tenant } = stage;
    const parked = async () => {
      const { state } = await nats.jsm.streams.info('PARKED', { subjects_filter: `jobico.parked.${tenant}.>` });
      return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    };
    await expect.poll(parked, { timeout: 10_000 }).toBe(2 * KEYS.length);
    await first.stop();
    await stage.startExecutor();
    const outcomes = await stage.outcomes(2 * KEYS.length, 30_000);
    expect(outcomes).toHaveLength(2 * KEYS.length);
    expectInOrder(outcomes);
    await expect.poll(parked, { timeout: 10_000 }).toBe(0);
  }));

test('what a job routes to a partitioned queue goes to the partition of its key', () =>
  onStage(async (stage) => {
    await stage.deploy(told(BY_KEY), GUESTS);
    await stage.startExecutor();
    for (const key of KEYS) await send(stage, key, true, { attempts: ['permanent'] });
    await stage.outcomes(2 * KEYS.length);
    const { nats, tenant } = stage;
    const subjects = await nats.jsm.streams.info(queueStream(tenant, 'after'), { subjects_filter: '>' });
    const expected = KEYS.map((key) => `jobico.event.${tenant}.failed.3.${partitionOf(key, 3)}`);
    const counts = Map.groupBy(expected, (subject) => subject);
    expect(subjects.state.subjects).toEqual(
      Object.fromEntries([...counts].map(([subject, all]) => [subject, all.length])),
    );
  }));

test('the number of partitions changes while executors run: nothing is lost, and nothing runs twice', () =>
  onStage(async (stage) => {
    let sent = 0;
    const orderings = [BY_KEY, { key: '/key', partitions: 2 }, { key: '/key' }, { key: '/key', partitions: 3 }, 'none'];
    await stage.deploy(told(BY_KEY), GUESTS);
    await stage.startExecutor();
    await stage.startExecutor();
    for (const ordering of orderings) {
      await expect.poll(() => pendingOf(stage), { timeout: 10_000 }).toBe(0);
      await stage.deploy(told(ordering as object), GUESTS);
      for (const key of KEYS) await send(stage, key, sent % 2 === 0);
      sent += KEYS.length;
      expect(await stage.outcomes(sent, 20_000)).toHaveLength(sent);
    }
    const executions = await stage.executions();
    expect(executions.filter(({ attempt }) => attempt > 1)).toEqual([]);
    expect(new Set(executions.map(({ sequence }) => sequence)).size).toBe(sent);
  }));

/** A service that takes its time, unless it is asked twice at once; it remembers the most that ever waited. */
async function withSlowService<T>(work: (origin: string, most: () => number) => Promise<T>): Promise<T> {
  const waiting = new Set<ServerResponse>();
  let most = 0;
  const server = createServer((_request, response) => {
    waiting.add(response);
    most = Math.max(most, waiting.size);
    const answer = () => {
      waiting.delete(response);
      response.end('{}');
    };
    setTimeout(answer, waiting.size > 1 ? 0 : 1500);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => most);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('an event whose outcome has its place where that of an earlier one has it waits until that one is settled', () =>
  withSlowService((origin, most) =>
    onStage(async (stage) => {
      const { nats, tenant } = stage;
      await stage.deploy(
        {
          id: 'p',
          queues: [{ id: 'q', ordering: BY_KEY }],
          jobs: [{ event: { id: 'asked', supplierqueue: 'q', runtime: 'asks' } }],
          runtimes: [{ id: 'asks', moduleref: 'asks.wasm' }],
          grants: { asks: { http: [origin] } },
        },
        { 'asks.wasm': 'http-get' },
      );
      const [key = '', other = ''] = KEYS.filter((each) => partitionOf(each, PARTITIONS) === 1);
      const ask = (each: string) =>
        nats.publisher.publish(eventSubject(tenant, 'asked', each), JSON.stringify({ url: origin, key: each }));
      await ask(key);
      const elsewhere = KEYS.find((each) => partitionOf(each, PARTITIONS) === 2) ?? '';
      await Promise.all(Array.from({ length: SLOTS - 1 }, () => ask(elsewhere)));
      await nats.jsm.streams.purge(queueStream(tenant, 'q'), {
        filter: `jobico.event.${tenant}.asked.${PARTITIONS}.2`,
      });
      await ask(other);
      await stage.startExecutor();
      const outcomes = await stage.outcomes(2);
      expect(outcomes.map(({ status, sequence }) => [status, sequence])).toEqual([
        ['ok', 1],
        ['ok', SLOTS + 1],
      ]);
      expect(most()).toBe(1);
    }),
  ));
