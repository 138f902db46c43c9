import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Execution } from '@jobico/contract';
import { cancelEvent, createRecorder, openTenantKv } from '@jobico/messaging';
import { describe, expect, test, vi } from 'vitest';
import { onStage, type Stage } from './harness.ts';

vi.setConfig({ testTimeout: 120_000 });

const GUESTS = { 'as-told.wasm': 'as-told', 'busy.wasm': 'logs-and-waits', 'counts.wasm': 'kv-counter' };

/** `told` ends as it says, and waits a minute before a further attempt; `busy` takes as long as it says; `counted` leaves a trace. */
const packageWith = (ordering: unknown, url = 'http://127.0.0.1:1') => ({
  id: 'p',
  queues: [
    { id: 'q', ordering },
    { id: 'errors', ordering: 'none' },
  ],
  jobs: [
    {
      event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' },
      result: { error: { id: 'gave-up', supplierqueue: 'errors', runtime: 'as-told' } },
      retry: { initialInterval: 'PT1M', maximumInterval: 'PT1M' },
    },
    { event: { id: 'busy', supplierqueue: 'q', runtime: 'busy' }, timeout: 'PT2M' },
    { event: { id: 'counted', supplierqueue: 'q', runtime: 'counts' } },
  ],
  runtimes: [
    { id: 'as-told', moduleref: 'as-told.wasm' },
    { id: 'busy', moduleref: 'busy.wasm' },
    { id: 'counts', moduleref: 'counts.wasm' },
  ],
  grants: { busy: { http: [url] }, counts: { kv: [{ bucket: 'counts', access: 'write' }] } },
});

const cancel = ({ nats, tenant }: Stage, id: string) =>
  cancelEvent(nats, { tenant, id, node: 'ctl', declared: () => undefined });

const briefly = ({ event, attempt, status }: Execution) => `${event.id} ${attempt} ${status}`;
const end = ({ event, status }: Execution) => `${event.id} ${status}`;

/** A server that says when it is asked, and answers when it is told to. */
async function heldServer() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    asked.resolve();
    void answer.promise.then(() => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    answer.resolve();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked: asked.promise, answer: answer.resolve, [Symbol.asyncDispose]: close };
}

describe.each(['strict', 'none', { key: '/0/key' }])('in a queue with ordering %j', (ordering) => {
  test.each(['waits for the host', 'never leaves its thread'])(
    'a guest that %s is stopped, what is behind it goes on, and a repeat answers the same',
    (how) =>
      onStage(async (stage) => {
        await using server = await heldServer();
        await stage.deploy(packageWith(ordering, server.url), GUESTS);
        await stage.startExecutor({ isPrivateHttpGrantable: true });
        const runs = await stage.publish('busy', [{ key: 'a', fetch: server.url }, { spinMs: 90_000 }]);
        await server.asked;
        const behind = await stage.publish('busy', [{ key: 'a' }]);
        if (how !== 'waits for the host') server.answer();
        const { execution, isNew } = await cancel(stage, runs);
        expect(isNew).toBe(true);
        expect(execution).toMatchObject({ status: 'cancelled', attempt: 1, error: { code: 'cancelled' } });
        const outcomes = await stage.outcomes(2, 20_000);
        expect(outcomes.map(end).toSorted()).toEqual([`${runs} cancelled`, `${behind} ok`].toSorted());
        expect(await cancel(stage, runs)).toEqual({ execution, isNew: false });
        await expect.poll(() => stage.unacknowledged('q'), { timeout: 10_000 }).toBe(0);
        expect((await stage.executions()).filter(({ event }) => event.id === runs)).toHaveLength(1);
      }),
  );

  test('an event that waits for its next attempt ends there: no error route, no dead letter, and its key goes on', () =>
    onStage(async (stage) => {
      await stage.deploy(packageWith(ordering), GUESTS);
      await stage.startExecutor();
      const payload = { 0: { key: 'a' }, attempts: ['retry', 'ok'] };
      const waits = await stage.publish('told', payload);
      await expect.poll(async () => (await stage.executions()).map(briefly)).toEqual([`${waits} 1 retry`]);
      const behind = await stage.publish('told', { 0: { key: 'a' } });
      const [attempt] = await stage.executions();
      const { execution } = await cancel(stage, attempt?.id ?? '');
      expect(execution).toMatchObject({ event: { id: waits }, attempt: 2, status: 'cancelled', package: 'p' });
      await stage.outcomes(2);
      expect((await stage.executions()).map(briefly).toSorted()).toEqual(
        [`${waits} 1 retry`, `${waits} 2 cancelled`, `${behind} 1 ok`].toSorted(),
      );
      expect(await stage.unacknowledged('errors')).toBe(0);
      expect(await stage.deadLetters()).toEqual([]);
    }));

  test('events that are cancelled while no executor runs never run, however far from their turn', () =>
    onStage(async (stage) => {
      await stage.deploy(packageWith(ordering), GUESTS);
      // The last ones share the slots of their outcomes with the first ones.
      const far = 4096;
      const send = (n: number) => {
        const isCounted = n <= 3 || n > far;
        const traced = isCounted && { key: `n${n}`, bucket: 'counts' };
        return stage.publish(isCounted ? 'counted' : 'told', { 0: { key: `k${n % 50}` }, ...traced });
      };
      const ids = await Promise.all(Array.from({ length: far + 3 }, (_, index) => send(index + 1)));
      const cancelled = [1, 3, far + 1, far + 3];
      for (const n of cancelled) {
        expect((await cancel(stage, ids[n - 1] ?? '')).execution).toMatchObject({ sequence: n, durationMs: 0 });
      }
      await stage.startExecutor();
      await expect.poll(() => stage.unacknowledged('q'), { timeout: 100_000, interval: 250 }).toBe(0);
      const ran = await (await openTenantKv(stage.nats, stage.tenant)).keys('counts', '');
      expect(ran.toSorted()).toEqual(['n2', `n${far + 2}`].toSorted());
      // That they are on record says nothing of those before them.
      const { items } = await createRecorder(stage.nats).list({ tenant: stage.tenant, status: 'retry', limit: 1 });
      expect(items).toEqual([]);
    }));

  test('cancelled while they run, are recorded, wait: of each event one outcome stands, and the answer tells which', () =>
    onStage(async (stage) => {
      await stage.deploy(packageWith(ordering), GUESTS);
      await stage.startExecutor();
      await stage.startExecutor();
      const answers = new Map<string, string>();
      const cancelSoon = async (id: string) => {
        const answer = await cancel(stage, id).then(
          ({ execution }) => execution.status,
          ({ code }: { code: string }) => code,
        );
        answers.set(id, answer);
      };
      const cancelling: Promise<void>[] = [];
      const ids: string[] = [];
      for (let n = 0; n < 300; n += 1) {
        const id = await stage.publish('busy', [{ key: `k${n % 5}`, spinMs: n % 4 }]);
        ids.push(id);
        if (n % 3 === 0) cancelling.push(cancelSoon(id));
        if (n % 3 === 1) cancelling.push(cancelSoon(ids[Math.max(0, n - 30)] ?? id));
      }
      await Promise.all(cancelling);
      const outcomes = await stage.outcomes(300, 60_000);
      expect(outcomes.map(({ event }) => event.id).toSorted()).toEqual(ids.toSorted());
      const statuses = new Map(outcomes.map(({ event, status }) => [event.id, status]));
      const told = [...answers].map(([id, answer]) => [id, answer === 'cancelled' ? 'cancelled' : 'ok']);
      expect(told).toEqual([...answers].map(([id]) => [id, statuses.get(id)]));
      expect(outcomes.filter(({ event, status }) => status === 'cancelled' && !answers.has(event.id))).toEqual([]);
      expect([...answers.values()].filter((answer) => !['cancelled', 'conflict'].includes(answer))).toEqual([]);
      await expect.poll(() => stage.unacknowledged('q'), { timeout: 10_000 }).toBe(0);
    }));
});

test('events are cancelled far from their turn while others are recorded in their slots: each key stays in order', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    await stage.deploy(packageWith({ key: '/key' }), GUESTS);
    const far = 4096;
    const count = 2 * far;
    const ids = await Promise.all(
      Array.from({ length: count }, (_, index) => stage.publish('told', { key: `k${index % 7}` })),
    );
    await stage.startExecutor();
    const done = async () => count - (await stage.unacknowledged('q'));
    const cancelled: string[] = [];
    for (let at = await done(); at < far - 512; at = await done()) {
      // In the slots of those that are delivered, and whose turn comes soon.
      const beside = Array.from({ length: 20 }, (_, index) => ids[far + at + 256 + 12 * index] ?? '');
      await Promise.allSettled(beside.map((id) => cancel(stage, id)));
      cancelled.push(...beside);
    }
    expect(cancelled.length).toBeGreaterThan(20);
    await expect.poll(() => stage.unacknowledged('q'), { timeout: 60_000, interval: 250 }).toBe(0);
    // Newest first.
    const nextOf = new Map<string, number>();
    const behind: string[] = [];
    const recorder = createRecorder(nats);
    for (let page = await recorder.list({ tenant, limit: 1000 }); ;) {
      for (const { event, sequence, status } of page.items) {
        if (status === 'cancelled') continue;
        const key = event.key ?? '';
        const next = nextOf.get(key) ?? Infinity;
        if (sequence > next) behind.push(`${key}: ${sequence} before ${next}`);
        nextOf.set(key, sequence);
      }
      if (page.next === undefined) break;
      page = await recorder.list({ tenant, limit: 1000, after: page.next });
    }
    expect(nextOf.size).toBe(7);
    expect(behind).toEqual([]);
  }));

test('of a key whose first event waits outside the queue, those behind it can be cancelled before it, and it too', () =>
  onStage(async (stage) => {
    await stage.deploy(packageWith({ key: '/key' }), GUESTS);
    await stage.startExecutor();
    const first = await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] });
    const [second, third] = [await stage.publish('told', { key: 'a' }), await stage.publish('told', { key: 'a' })];
    await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    expect((await cancel(stage, second)).execution.error?.message).toContain('behind another event of its key');
    await cancel(stage, first);
    await stage.outcomes(3);
    expect((await stage.executions()).map(briefly)).toEqual([
      `${first} 1 retry`,
      `${second} 1 cancelled`,
      `${first} 2 cancelled`,
      `${third} 1 ok`,
    ]);
  }));

test('an execution that runs is cancelled by the id that it tells, and its lines are kept', () =>
  onStage(async (stage) => {
    await using server = await heldServer();
    await stage.deploy(packageWith('strict', server.url), GUESTS);
    await stage.startExecutor({ isPrivateHttpGrantable: true });
    const runs = await stage.publish('busy', [{ log: 'begun' }, { fetch: server.url }]);
    const { jsm } = stage.nats;
    const told = async () => {
      const found = await jsm.streams.getMessage('EXECUTIONS', { last_by_subj: `jobico.log.${stage.tenant}.p.busy` });
      return found?.json<{ execution: string }>().execution;
    };
    await expect.poll(() => told().catch(() => undefined)).toBeDefined();
    const { execution } = await cancel(stage, (await told()) ?? '');
    expect(execution).toMatchObject({ event: { id: runs }, job: 'busy', logs: [{ message: 'begun' }] });
    expect(execution.durationMs).toBeGreaterThan(0);
  }));

test('what has ended cannot be cancelled, nor what is not there', () =>
  onStage(async (stage) => {
    await stage.deploy(packageWith('strict'), GUESTS);
    await stage.startExecutor();
    const ended = await stage.publish('told', {});
    const [outcome] = await stage.outcomes(1);
    for (const id of [ended, outcome?.id ?? '']) {
      await expect(cancel(stage, id)).rejects.toMatchObject({
        code: 'conflict',
        details: { execution: outcome?.id, status: 'ok' },
      });
    }
    await expect(cancel(stage, '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f')).rejects.toMatchObject({ code: 'not-found' });
  }));
