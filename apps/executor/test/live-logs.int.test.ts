import type { Followed, LiveLines } from '@jobico/contract';
import { createRecorder } from '@jobico/messaging';
import { describe, expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';
import { serve } from './http-stage.ts';

const GUESTS = { 'logs-and-waits.wasm': 'logs-and-waits' };

/** One job that logs and waits as its event tells it. */
function oneJob(origin: string, job: object = {}) {
  return {
    id: 'p',
    queues: [{ id: 'q', ordering: 'none' }],
    jobs: [{ event: { id: 'told', supplierqueue: 'q', runtime: 'work' }, retry: { maximumAttempts: 1 }, ...job }],
    runtimes: [{ id: 'work', moduleref: 'logs-and-waits.wasm' }],
    grants: { work: { http: [origin] } },
  };
}

/** A server that answers when the test says so. */
async function servePatiently() {
  const held: (() => void)[] = [];
  const server = await serve((_request, response) => void held.push(() => response.end('ok')));
  const release = async () => {
    await expect.poll(() => held.length, { timeout: 10_000 }).toBeGreaterThan(0);
    held.shift()?.();
  };
  return {
    origin: `http://127.0.0.1:${server.port}`,
    release,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Everything that one who follows the tenant from its first event on has seen. */
function followAll(stage: Stage): { seen: Followed[]; live: () => LiveLines[]; stop: () => Promise<void> } {
  const seen: Followed[] = [];
  const ending = new AbortController();
  const following = (async () => {
    const filter = { tenant: stage.tenant, afterSequence: 0 };
    for await (const { item } of createRecorder(stage.nats).follow(filter, ending.signal)) seen.push(item);
  })();
  return {
    seen,
    live: () => seen.flatMap((item) => ('live' in item ? item.live : [])),
    async stop() {
      ending.abort();
      await following;
    },
  };
}

const messages = (lines: readonly { message: string }[] = []) => lines.map(({ message }) => message);

describe('what a job logs', () => {
  test('can be followed while it runs, under the id of its record, which has it again', () =>
    onStage(async (stage) => {
      await using server = await servePatiently();
      await stage.deploy(oneJob(server.origin), GUESTS);
      await stage.startExecutor();
      const { seen, live, stop } = followAll(stage);
      const steps = [{ log: 'first' }, { fetch: server.origin }, { log: 'second' }, { fetch: server.origin }];
      const id = await stage.publish('told', [...steps, { log: 'third' }]);

      await expect.poll(() => live().length, { timeout: 10_000 }).toBe(1);
      expect(live()[0]).toMatchObject({
        tenant: stage.tenant,
        package: 'p',
        version: 1,
        job: 'work',
        event: { id, name: 'told' },
        attempt: 1,
        from: 0,
        lines: [{ level: 'info', message: 'first' }],
      });
      expect(await stage.executions()).toEqual([]);
      await server.release();
      await expect.poll(() => live().length, { timeout: 10_000 }).toBe(2);
      expect(live()[1]).toMatchObject({ from: 1, lines: [{ message: 'second' }] });
      await server.release();

      const [outcome] = await stage.outcomes(1);
      expect(outcome).toMatchObject({ id: live()[0]?.execution, status: 'ok' });
      expect(messages(outcome?.logs)).toEqual(['first', 'second', 'third']);
      expect(await createRecorder(stage.nats).get(stage.tenant, outcome?.id ?? '')).toEqual(outcome);
      await expect.poll(() => seen.at(-1)).toEqual({ execution: outcome });
      expect(seen.filter((item) => 'execution' in item)).toHaveLength(1);
      await stop();
    }));

  test('can be followed from its beginning, by one who comes later and watches this execution alone', () =>
    onStage(async (stage) => {
      await using server = await servePatiently();
      await stage.deploy(oneJob(server.origin), GUESTS);
      await stage.startExecutor();
      const { live, stop } = followAll(stage);
      await stage.publish('told', [{ log: 'mine' }, { fetch: server.origin }]);
      await stage.publish('told', [{ log: 'other' }, { fetch: server.origin }]);
      await expect.poll(() => live().length, { timeout: 10_000 }).toBe(2);
      const execution = live().find(({ lines }) => lines[0]?.message === 'mine')?.execution ?? '';
      await server.release();
      await server.release();
      await stage.outcomes(2);

      const own: Followed[] = [];
      const filter = { tenant: stage.tenant, execution };
      for await (const { item } of createRecorder(stage.nats).follow(filter, new AbortController().signal)) {
        own.push(item);
        if ('execution' in item) break;
      }
      expect(own).toMatchObject([
        { live: { execution, lines: [{ message: 'mine' }] } },
        { execution: { id: execution } },
      ]);
      await stop();
    }));

  test('is not told of a job that is quick', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob('http://127.0.0.1:1'), GUESTS);
      await stage.startExecutor();
      const { seen, stop } = followAll(stage);
      for (let events = 0; events < 20; events += 1) await stage.publish('told', [{ log: 'quick' }]);
      const outcomes = await stage.outcomes(20);
      const quick = outcomes.filter(({ durationMs }) => durationMs < 250);
      const told = await liveIds(stage);

      expect(quick.length).toBeGreaterThan(0);
      expect(quick.filter(({ id }) => told.has(id))).toEqual([]);
      await expect.poll(() => seen.filter((item) => 'execution' in item).length).toBe(20);
      await stop();
    }));

  test('is in its record as far as it was told, when the job is ended by its deadline', () =>
    onStage(async (stage) => {
      await stage.deploy(oneJob('http://127.0.0.1:1', { timeout: 'PT1S' }), GUESTS);
      await stage.startExecutor();
      const { live, stop } = followAll(stage);
      await stage.publish('told', [{ log: 'one' }, { spinMs: 300 }, { log: 'two' }, { spinMs: 60_000 }]);

      const [outcome] = await stage.outcomes(1);
      expect(outcome).toMatchObject({ status: 'dead', error: { code: 'deadline' } });
      expect(messages(outcome?.logs)).toEqual(['one', 'two']);
      await expect.poll(() => live()[0]?.execution).toBe(outcome?.id);
      await stop();
    }));

  test('is in the record of a run that was interrupted, and the next run is told of under an id of its own', () =>
    onStage(async (stage) => {
      await using server = await servePatiently();
      await stage.deploy(oneJob(server.origin, { timeout: 'PT2S', retry: { maximumAttempts: 1 } }), GUESTS);
      await stage.startExecutor();
      const { live, stop } = followAll(stage);
      const id = await stage.publish('told', [{ log: 'waits' }, { fetch: server.origin }]);
      await expect.poll(() => live().length, { timeout: 10_000 }).toBe(1);
      await stage.publish('told', [{ spinMs: 60_000 }]);
      await expect.poll(() => live().length, { timeout: 10_000 }).toBe(2);
      // The first request belongs to a run that is gone.
      await server.release();
      await server.release();

      await stage.outcomes(2);
      const runs = (await stage.executions()).filter(({ event }) => event.id === id);
      expect(runs).toMatchObject([
        { id: live()[0]?.execution, attempt: 1, status: 'retry', error: { code: 'interrupted' } },
        { id: live()[1]?.execution, attempt: 2, status: 'ok' },
      ]);
      expect(runs.map(({ logs }) => messages(logs))).toEqual([['waits'], ['waits']]);
      await stop();
    }));

  test('is cut where its record is, however much it writes, and the record says so', () =>
    onStage(async (stage) => {
      await using server = await servePatiently();
      await stage.deploy(oneJob(server.origin), GUESTS);
      await stage.startExecutor();
      const { live, stop } = followAll(stage);
      const lines = () => live().flatMap((each) => each.lines);
      await stage.publish('told', [{ lines: 100_000 }, { fetch: server.origin }, { lines: 10 }]);

      await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(1000);
      await server.release();
      const [outcome] = await stage.outcomes(1);
      expect(messages(outcome?.logs).slice(0, 1000)).toEqual(messages(lines()));
      expect(messages(outcome?.logs).slice(1000)).toEqual(['… 99010 more lines cut']);
      expect(live().length).toBeLessThan(20);
      await stop();
    }));

  test('is dropped once no run of the job can take so long, so that it takes no room of records', () =>
    onStage(async (stage) => {
      await using server = await servePatiently();
      await stage.deploy(oneJob(server.origin, { timeout: 'PT20S' }), GUESTS);
      await stage.startExecutor();
      await stage.publish('told', [{ log: 'a line' }, { fetch: server.origin }]);
      const timeToLive = async () => {
        const last = { last_by_subj: `jobico.log.${stage.tenant}.p.work` };
        return (await stage.nats.jsm.direct.getMessage('EXECUTIONS', last))?.header.get('Nats-TTL');
      };

      await expect.poll(timeToLive, { timeout: 10_000 }).toBe('80s');
      await server.release();
      await stage.outcomes(1);
    }));
});

/** The executions that something was told of before their end. */
async function liveIds(stage: Stage): Promise<Set<string>> {
  const { state } = await stage.nats.jsm.streams.info('EXECUTIONS', {
    subjects_filter: `jobico.log.${stage.tenant}.>`,
  });
  const ids = new Set<string>();
  if (Object.keys(state.subjects ?? {}).length === 0) return ids;
  const options = { seq: 1, next_by_subj: `jobico.log.${stage.tenant}.>`, batch: 1000 };
  for await (const message of await stage.nats.jsm.direct.getBatch('EXECUTIONS', options)) {
    ids.add(message.json<LiveLines>().execution);
  }
  return ids;
}
