import { createOutcomes, ensureQueue } from '@jobico/messaging';
import { describe, expect, test } from 'vitest';
import { onStage } from './harness.ts';

const FAST = { initialInterval: 'PT0.05S', maximumInterval: 'PT0.1S' };

/** One job that ends as its event tells it, with what a test changes about it. */
function oneJob(job: object = {}, queue: object = {}, grants: object = {}) {
  return {
    id: 'p',
    queues: [
      { id: 'q', ...queue },
      { id: 'side', ordering: 'none' },
    ],
    jobs: [{ event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' }, retry: FAST, ...job }],
    runtimes: [
      { id: 'as-told', moduleref: 'as-told.wasm' },
      { id: 'echo', moduleref: 'echo.wasm' },
    ],
    grants: { 'as-told': grants },
  };
}
const GUESTS = { 'as-told.wasm': 'as-told', 'echo.wasm': 'echo' };
const next = (id: string) => ({ id, supplierqueue: 'side', runtime: 'echo' });

describe.each(['strict', 'none', { key: '/key' }])('in a queue with ordering %j', (ordering) => {
  test('a job that succeeds leaves a record, and its event is acknowledged', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({}, { ordering }), GUESTS);
      await stage.startExecutor();
      const id = await stage.publish('told', { log: ['hello'], key: 'k' });
      const [outcome] = await stage.outcomes(1);
      expect(outcome).toMatchObject({
        tenant: stage.tenant,
        package: 'p',
        version: 1,
        job: 'as-told',
        event: { id, name: 'told' },
        attempt: 1,
        status: 'ok',
        result: { id, attempt: 1 },
        logs: [{ level: 'info', message: 'hello' }],
        queue: 'q',
        sequence: 1,
        emitted: [],
      });
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }));

  test('a failure is tried again after its interval, each attempt on record, until it succeeds', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({}, { ordering }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', { attempts: ['retry', 'trap', 'ok'] });
      await stage.outcomes(1);
      const executions = await stage.executions();
      expect(executions.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
        [1, 'retry', 'retry'],
        [2, 'retry', 'trap'],
        [3, 'ok', undefined],
      ]);
      const [first, second] = executions;
      expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.nextAttemptAt ?? '') - 1);
    }));

  test('when no attempt is left the event becomes a dead letter', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ retry: { ...FAST, maximumAttempts: 2 } }, { ordering }), GUESTS);
      await stage.startExecutor();
      const id = await stage.publish('told', { attempts: ['retry'], big: 1 });
      expect((await stage.outcomes(1))[0]).toMatchObject({ status: 'dead', attempt: 2 });
      expect(await stage.deadLetters(1)).toMatchObject([
        {
          queue: 'q',
          job: 'as-told',
          attempts: 2,
          event: { id, name: 'told' },
          error: { code: 'retry', message: 'as told' },
          data: { attempts: ['retry'], big: 1 },
        },
      ]);
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }));

  test('a payload that fits no dead letter leaves one that says so, and the queue goes on', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({}, { ordering, retention: { maxBytes: '64MiB' } }), GUESTS);
      await stage.startExecutor();
      const noJson = await stage.publish('told', '\u0001'.repeat(2 << 20));
      const full = await stage.publish('told', JSON.stringify({ key: 'k', fill: 'x'.repeat((8 << 20) - 300) }));
      await stage.publish('told', { key: 'k' });
      const outcomes = await stage.outcomes(3);
      expect(outcomes.map(({ error }) => error?.code ?? 'none').toSorted()).toEqual(['invalid', 'invalid', 'none']);
      const letters = await stage.deadLetters(2);
      expect(letters.map(({ event }) => event.id).toSorted()).toEqual([noJson, full].toSorted());
      expect(letters.every(({ isLeftOut }) => isLeftOut)).toBe(true);
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }));

  test('an event whose schema can never be read becomes a dead letter', () =>
    onStage(async (stage) => {
      const event = {
        id: 'told',
        supplierqueue: 'q',
        runtime: 'as-told',
        schema: { id: 'broken', schemaref: 'broken' },
      };
      await stage.deploy(oneJob({ event }, { ordering }), GUESTS, { broken: [] });
      await stage.startExecutor();
      const id = await stage.publish('told', { key: 'k' });
      expect(await stage.deadLetters(1)).toMatchObject([{ event: { id }, error: { code: 'platform' } }]);
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }));

  test('a permanent failure is not tried again', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({}, { ordering }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', { attempts: ['permanent', 'ok'] });
      expect((await stage.outcomes(1))[0]).toMatchObject({ status: 'dead', attempt: 1, error: { code: 'permanent' } });
    }));

  test('a job that overruns its deadline is ended, and tried again', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ timeout: 'PT1S' }, { ordering }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', { attempts: ['loop', 'ok'] });
      await stage.publish('told', {});
      await stage.outcomes(2);
      const executions = await stage.executions();
      expect(executions.filter(({ error }) => error?.code === 'deadline')).toHaveLength(1);
      expect(
        executions
          .filter(({ status }) => status === 'ok')
          .map(({ event, attempt }) => [event.id.split('-')[0], attempt]),
      ).toHaveLength(2);
    }));
});

describe('routes', () => {
  test('the result goes to the ok event, whose job gets it', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ result: { ok: next('done') } }), GUESTS);
      await stage.startExecutor();
      const id = await stage.publish('told', {});
      const [first, second] = await stage.outcomes(2);
      expect(first?.emitted).toMatchObject([{ id: `${id}:as-told:ok`, event: 'done', route: 'ok' }]);
      expect(second).toMatchObject({
        event: { id: `${id}:as-told:ok`, name: 'done' },
        result: { data: JSON.stringify({ id, attempt: 1 }) },
      });
    }));

  test('what fails for good goes to the error event with its cause, and is no dead letter', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ result: { error: next('failed') } }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', { attempts: ['permanent'] });
      const [first, second] = await stage.outcomes(2);
      expect(first).toMatchObject({ status: 'failed' });
      expect(JSON.parse((second?.result as { data: string } | undefined)?.data ?? 'null')).toEqual({
        event: { attempts: ['permanent'] },
        error: { code: 'permanent', message: 'as told' },
      });
      expect(await stage.deadLetters()).toEqual([]);
    }));

  test('an event that the job raises is enqueued only if the job succeeds', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ result: { ok: next('other') } }, {}, { emit: ['other'] }), GUESTS);
      await stage.startExecutor();
      const id = await stage.publish('told', { attempts: ['retry', 'ok'], emit: { event: 'other', data: { a: 1 } } });
      const outcomes = await stage.outcomes(3);
      expect(outcomes.map(({ event }) => event.id).toSorted()).toEqual(
        [id, `${id}:as-told:emit:0`, `${id}:as-told:ok`].toSorted(),
      );
    }));

  test('an event that is not granted is refused to the job', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ retry: { maximumAttempts: 1 } }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', { emit: { event: 'told', data: {} } });
      expect((await stage.outcomes(1))[0]).toMatchObject({ status: 'dead' });
    }));
});

describe('what may not run', () => {
  test.each([
    ['data that its schema refuses', { n: 'x' }, { error: { code: 'invalid' }, faults: [{ path: '/n' }] }],
    [
      'a field that objects have',
      { size: { toString: 1 } },
      { error: { code: 'invalid' }, faults: [{ path: '/size' }] },
    ],
    ['text that is not JSON', '{', { error: { code: 'invalid' }, data: '{' }],
    ['nesting without end', '['.repeat(100_000) + ']'.repeat(100_000), { error: { code: 'invalid' } }],
  ])('%s, sent past the listener, becomes a dead letter', (_what, data, letter) =>
    onStage(async (stage) => {
      const job = {
        event: { id: 'told', supplierqueue: 'q', runtime: 'as-told', schema: { id: 's', schemaref: 's.json' } },
      };
      const properties = { n: { type: 'number' }, size: { enum: ['large', 'small'] } };
      await stage.deploy(oneJob(job), GUESTS, { 's.json': { type: 'object', properties } });
      await stage.startExecutor();
      await stage.publish('told', data);
      expect((await stage.outcomes(1))[0]).toMatchObject({ status: 'dead', error: letter.error });
      expect(await stage.deadLetters(1)).toMatchObject([letter]);
      expect((await stage.executions()).map(({ durationMs }) => durationMs)).toEqual([0]);
    }),
  );

  test('an event that no package handles any more becomes a dead letter', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob(), GUESTS);
      await ensureQueue(
        stage.nats,
        stage.tenant,
        { id: 'q', ordering: { kind: 'strict' }, storage: 'file', maxAgeMs: 1e9, maxBytes: 1e9, maxEvents: -1 },
        ['told', 'gone'],
      );
      await stage.startExecutor();
      await stage.publish('gone', { a: 1 });
      expect((await stage.outcomes(1))[0]).toMatchObject({
        status: 'dead',
        error: { code: 'no-job' },
        package: '',
        job: '',
      });
    }));
});

describe('order', () => {
  test('a strict queue waits for an event that is tried again; nothing overtakes it', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob(), GUESTS);
      await stage.startExecutor();
      const ids = [
        await stage.publish('told', {}),
        await stage.publish('told', { attempts: ['retry', 'retry', 'ok'] }),
      ];
      for (let index = 0; index < 20; index += 1) ids.push(await stage.publish('told', {}));
      await stage.outcomes(ids.length);
      const executions = await stage.executions();
      expect(executions.map(({ event, attempt }) => `${event.id} ${attempt}`)).toEqual([
        `${ids[0]} 1`,
        `${ids[1]} 1`,
        `${ids[1]} 2`,
        `${ids[1]} 3`,
        ...ids.slice(2).map((id) => `${id} 1`),
      ]);
    }));

  test('in a keyed queue a key that waits holds its own events and no other', () =>
    onStage(async (stage) => {
      await stage.deploy(
        oneJob({ retry: { initialInterval: 'PT1S', maximumInterval: 'PT1S' } }, { ordering: { key: '/key' } }),
        GUESTS,
      );
      await stage.startExecutor();
      const slow = [
        await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] }),
        await stage.publish('told', { key: 'a' }),
      ];
      const fast = [await stage.publish('told', { key: 'b' }), await stage.publish('told', { key: 'b' })];
      const outcomes = await stage.outcomes(4);
      expect(outcomes.map(({ event }) => event.id)).toEqual([...fast, ...slow]);
    }));
});

describe('after a crash', () => {
  test('an event whose outcome is on record does not run again; what its outcome raised is completed', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob({ result: { ok: next('done') } }), GUESTS);
      const id = await stage.publish('told', {});
      const time = new Date().toISOString();
      await createOutcomes(stage.nats, stage.tenant, 'q').commit({
        id: '01a1fdd7-9985-724e-9da2-6c096f359d76',
        tenant: stage.tenant,
        package: 'p',
        version: 1,
        job: 'as-told',
        event: { id, name: 'told', time },
        attempt: 1,
        status: 'ok',
        startedAt: time,
        durationMs: 1,
        waitedMs: 1,
        queue: 'q',
        sequence: 1,
        result: {},
        emitted: [{ id: `${id}:as-told:ok`, event: 'done', data: {}, route: 'ok' }],
        logs: [],
        usage: { memoryBytes: 0, hostCalls: 0 },
        node: 'the one that crashed',
      });
      await stage.startExecutor();
      const outcomes = await stage.outcomes(2);
      expect(outcomes.map(({ event, node }) => [event.name, node === 'the one that crashed'])).toEqual([
        ['told', true],
        ['done', false],
      ]);
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }));

  test('an executor that stops in the middle hands over; every event has one outcome, in order', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob(), GUESTS);
      const first = await stage.startExecutor();
      const ids: string[] = [];
      for (let index = 0; index < 100; index += 1) ids.push(await stage.publish('told', {}));
      await stage.outcomes(10);
      await stage.startExecutor();
      await first.stop();
      const outcomes = await stage.outcomes(100);
      expect(outcomes.map(({ event }) => event.id)).toEqual(ids);
    }));
});
