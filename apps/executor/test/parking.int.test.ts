import { createParking } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';

const GUESTS = { 'as-told.wasm': 'as-told' };

const keyed = (retry: object, ordering: unknown = { key: '/key' }) => ({
  id: 'p',
  queues: [{ id: 'q', ordering }],
  jobs: [{ event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' }, retry }],
  runtimes: [{ id: 'as-told', moduleref: 'as-told.wasm' }],
});

const attemptsOf = async (stage: Stage, id: string) =>
  (await stage.executions())
    .filter(({ event }) => event.id === id)
    .map(({ attempt, status }) => `${attempt} ${status}`);

test('a key that waits holds up no other key, however many events come meanwhile, and keeps its own order', () =>
  onStage(async (stage) => {
    await stage.deploy(keyed({ initialInterval: 'PT3S' }), GUESTS);
    await stage.startExecutor();
    const waiting = [await stage.publish('told', { key: 'slow', attempts: ['retry', 'ok'] })];
    // More than may be delivered and not acknowledged.
    for (let index = 0; index < 700; index += 1) {
      await stage.publish('told', { key: `k${index % 7}` });
      if (index % 100 === 0) waiting.push(await stage.publish('told', { key: 'slow' }));
    }
    const outcomes = await stage.outcomes(708);
    const position = (id: string) => outcomes.findIndex(({ event }) => event.id === id);
    expect(waiting.map(position)).toEqual([...waiting.keys()].map((index) => 700 + index));
    expect(await attemptsOf(stage, waiting[0] ?? '')).toEqual(['1 retry', '2 ok']);
    await expect.poll(() => stage.unacknowledged('q')).toBe(0);
  }));

test('what is parked survives its executor: the next one runs it when it is due, in order, without any new event', () =>
  onStage(async (stage) => {
    await stage.deploy(keyed({ initialInterval: 'PT2S' }), GUESTS);
    const first = await stage.startExecutor();
    const ids = [
      await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] }),
      await stage.publish('told', { key: 'a' }),
      await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] }),
    ];
    await expect.poll(() => stage.unacknowledged('q')).toBe(0);
    await first.stop();
    expect(await attemptsOf(stage, ids[0] ?? '')).toEqual(['1 retry']);
    await stage.startExecutor();
    const outcomes = await stage.outcomes(3);
    expect(outcomes.map(({ event, attempt }) => [event.id, attempt])).toEqual([
      [ids[0], 2],
      [ids[1], 1],
      [ids[2], 2],
    ]);
  }));

test('once a parked key has run dry, its events run from the queue again', () =>
  onStage(async (stage) => {
    await stage.deploy(keyed({ initialInterval: 'PT0.3S' }), GUESTS);
    await stage.startExecutor();
    const ids: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      ids.push(await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] }));
      ids.push(await stage.publish('told', { key: 'a' }));
      await stage.outcomes(2 * round);
    }
    expect((await stage.outcomes(6)).map(({ event }) => event.id)).toEqual(ids);
  }));

test('a job that gives up while parked leaves one dead letter, and its key goes on', () =>
  onStage(async (stage) => {
    await stage.deploy(keyed({ initialInterval: 'PT0.2S', maximumAttempts: 3 }), GUESTS);
    await stage.startExecutor();
    const ids = [
      await stage.publish('told', { key: 'a', attempts: ['retry'] }),
      await stage.publish('told', { key: 'a' }),
    ];
    const outcomes = await stage.outcomes(2);
    expect(outcomes.map(({ event, status, attempt }) => [event.id, status, attempt])).toEqual([
      [ids[0], 'dead', 3],
      [ids[1], 'ok', 1],
    ]);
    expect(await stage.deadLetters(1)).toMatchObject([{ event: { id: ids[0] }, attempts: 3 }]);
  }));

test.each([['strict'], [{ key: '/key' }]])(
  'with relaxed ordering in a queue of ordering %j, later events pass the one that waits',
  (ordering) =>
    onStage(async (stage) => {
      await stage.deploy(keyed({ initialInterval: 'PT0.5S', ordering: 'relax' }, ordering), GUESTS);
      await stage.startExecutor();
      const waits = await stage.publish('told', { key: 'a', attempts: ['retry', 'ok'] });
      const pass = [await stage.publish('told', { key: 'a' }), await stage.publish('told', { key: 'a' })];
      const outcomes = await stage.outcomes(3);
      expect(outcomes.map(({ event }) => event.id)).toEqual([...pass, waits]);
    }),
);

test('what was parked by a process that had lost its queue already is run as well', () =>
  onStage(async (stage) => {
    await stage.deploy(keyed({ initialInterval: 'PT0.2S' }), GUESTS);
    await stage.startExecutor();
    await stage.publish('told', { key: 'a' });
    const [ran] = await stage.outcomes(1);
    const late = {
      id: 'late',
      tenant: stage.tenant,
      name: 'told',
      sequence: 2,
      timeMs: Date.now(),
      text: '{"key":"b"}',
    };
    const parking = createParking(stage.nats, stage.tenant, 'q');
    await parking.park('kb', { event: late, attempt: 1, readyAtMs: Date.now() });
    const outcomes = await stage.outcomes(2, 15_000);
    expect(outcomes.map(({ event }) => event.id)).toEqual([ran?.event.id, 'late']);
    await expect.poll(() => parking.lanes()).toEqual([]);
  }));
