import { createDefinitionStore, queueStream } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { onStage } from './harness.ts';

const definition = (moduleref: string) => ({
  id: 'p',
  queues: [{ id: 'q' }],
  jobs: [{ event: { id: 'told', supplierqueue: 'q', runtime: 'job' }, retry: { initialInterval: 'PT0.3S' } }],
  runtimes: [{ id: 'job', moduleref }],
});

test('a new version takes over between two events of a lane: none is lost, none runs twice, order holds', () =>
  onStage(async (stage) => {
    await stage.deploy(definition('old.wasm'), { 'old.wasm': 'as-told' });
    await stage.startExecutor();
    const ids: string[] = [];
    const sendSome = async () => {
      for (let index = 0; index < 100; index += 1) ids.push(await stage.publish('told', {}));
    };
    await sendSome();
    await stage.deploy(definition('new.wasm'), { 'new.wasm': 'echo' });
    await sendSome();
    const outcomes = await stage.outcomes(200);
    expect(outcomes.map(({ event }) => event.id)).toEqual(ids);
    const versions = outcomes.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions)).toEqual(new Set([1, 2]));
  }));

test('an event that waits for another attempt takes it on the version that is live then', () =>
  onStage(async (stage) => {
    await stage.deploy(definition('old.wasm'), { 'old.wasm': 'permanent' });
    await stage.startExecutor();
    await stage.deploy(definition('retries.wasm'), { 'retries.wasm': 'as-told' });
    await stage.publish('told', { attempts: ['retry'] });
    await expect.poll(async () => (await stage.executions()).length).toBe(1);
    await stage.deploy(definition('fixed.wasm'), { 'fixed.wasm': 'echo' });
    expect(await stage.outcomes(1)).toMatchObject([{ status: 'ok', attempt: 2, version: 3 }]);
  }));

test('when a package goes, what waits for it becomes dead letters that say so', () =>
  onStage(async (stage) => {
    await stage.deploy(definition('old.wasm'), { 'old.wasm': 'as-told' });
    const ids = [await stage.publish('told', { n: 1 }), await stage.publish('told', { n: 2 })];
    const definitions = await createDefinitionStore(stage.nats);
    const { packages, revision } = await definitions.list(stage.tenant);
    await Promise.all(packages.map((version) => definitions.remove(version, revision)));
    await stage.startExecutor();
    await stage.outcomes(2);
    const letters = await stage.deadLetters(2);
    expect(letters.map(({ event, error, data }) => [event.id, error.code, data])).toEqual([
      [ids[1], 'no-job', { n: 2 }],
      [ids[0], 'no-job', { n: 1 }],
    ]);
    expect(letters[0]?.error.message).toContain('no live package handles told');
    await expect.poll(() => stage.unacknowledged('q')).toBe(0);
  }));

test.each(['strict', 'none'])(
  'a queue (%s) that was removed and made again runs its events, from the first',
  (ordering) =>
    onStage(async (stage) => {
      const ordered = { ...definition('echo.wasm'), queues: [{ id: 'q', ordering }] };
      const send = async (count: number) => {
        for (let index = 0; index < count; index += 1) ids.push(await stage.publish('told', {}));
      };
      const ids: string[] = [];
      await stage.deploy(ordered, { 'echo.wasm': 'echo' });
      await stage.startExecutor();
      await send(3);
      await stage.outcomes(3);
      await stage.nats.jsm.streams.delete(queueStream(stage.tenant, 'q'));
      await stage.deploy(ordered, { 'echo.wasm': 'echo' });
      await send(4);
      expect((await stage.outcomes(7)).map(({ event }) => event.id).toSorted()).toEqual(ids.toSorted());
      await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    }),
);
