import type { DeadLetter } from '@jobico/contract';
import {
  createDeadLetters,
  deliveredBy,
  createOutcomes,
  ensureQueue,
  previewRedrive,
  queueStream,
  readEvent,
  redriveLetters,
  type Nats,
} from '@jobico/messaging';
import { expect, test } from 'vitest';
import { bury, lettersOf } from './letters.ts';
import { execution, queue, uniqueTenant, withNats } from './nats.ts';

const isDeclared = () => true;

/** Runs with a tenant that has the queue `q` for the event `placed`. */
async function withQueue(work: (nats: Nats, tenant: string) => Promise<void>, maxEvents?: number): Promise<void> {
  await withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q', { kind: 'strict' }, maxEvents), ['placed']);
    await work(nats, tenant);
  });
}

const redrive = async (nats: Nats, tenant: string) =>
  await redriveLetters({ nats, isDeclared }, await lettersOf(nats, tenant));

/** Events of the queue, as an executor reads them. */
async function eventsIn(nats: Nats, tenant: string) {
  const stream = queueStream(tenant, 'q');
  const consumer = await nats.js.consumers.get(stream, { filter_subjects: [`jobico.event.${tenant}.>`] });
  const { num_pending } = await consumer.info(true);
  if (num_pending === 0) return [];
  const events = [];
  for await (const message of await consumer.fetch({ max_messages: num_pending, expires: 1000 })) {
    events.push(readEvent(deliveredBy(message), stream));
  }
  return events;
}

/** Shortens the queue's duplicate window, and waits until it is over for every event that there is. */
async function forgetIds(nats: Nats, tenant: string): Promise<void> {
  await nats.jsm.streams.update(queueStream(tenant, 'q'), { duplicate_window: 100_000_000 });
  const publishAgain = () => nats.publisher.publish(`jobico.queue.${tenant}.q`, '', [['Nats-Msg-Id', 'later']]);
  await publishAgain();
  await expect.poll(async () => (await publishAgain()).isDuplicate, { timeout: 5000 }).toBe(false);
}

/** What a redrive leaves that ended once the event was on its queue, before it could delete the letter. */
async function interrupted(nats: Nats, tenant: string): Promise<{ letter: DeadLetter; as: string }> {
  await bury(nats, tenant);
  const [letter] = await lettersOf(nats, tenant);
  if (!letter) throw new Error('no letter');
  const as = `e1:redrive:${letter.id}`;
  await nats.publisher.publish(`jobico.deadletter.${tenant}.q.placed.${letter.id}`, '');
  await nats.publisher.publish(`jobico.event.${tenant}.placed`, '{}', [['Nats-Msg-Id', as]]);
  await forgetIds(nats, tenant);
  return { letter, as };
}

async function marksOf(nats: Nats, tenant: string): Promise<number> {
  const { state } = await nats.jsm.streams.info('DEADLETTERS', {
    subjects_filter: `jobico.deadletter.${tenant}.*.*.*`,
  });
  return Object.keys(state.subjects ?? {}).length;
}

test('an event is on its queue again as it was, says which dead letter it was, and the letter is gone', () =>
  withQueue(async (nats, tenant) => {
    const payload = '{"n":9007199254740993,"m":1.10}';
    const id = await bury(nats, tenant, { event: { id: 'e1', name: 'placed', key: 'ü 1' } }, payload);
    const as = `e1:redrive:${id}`;
    expect(await redrive(nats, tenant)).toMatchObject([
      { id, queue: 'q', event: { id: 'e1' }, outcome: 'redriven', as },
    ]);
    expect(await eventsIn(nats, tenant)).toMatchObject([
      {
        id: as,
        text: payload,
        key: 'ü 1',
        redriveOf: { deadLetter: id, execution: '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f', count: 1 },
      },
    ]);
    expect(await lettersOf(nats, tenant)).toEqual([]);
    expect(await marksOf(nats, tenant)).toBe(0);
  }));

test('an event that dies again counts its redrives, under an id that does not grow', () =>
  withQueue(async (nats, tenant) => {
    const event = { id: 'e1:redrive:7', name: 'placed', redriveOf: { deadLetter: '7', count: 2 } };
    const id = await bury(nats, tenant, { event });
    await redrive(nats, tenant);
    expect(await eventsIn(nats, tenant)).toMatchObject([
      { id: `e1:redrive:${id}`, redriveOf: { deadLetter: id, count: 3 } },
    ]);
  }));

test('text that is no JSON goes back as text, a string of JSON as JSON', () =>
  withQueue(async (nats, tenant) => {
    await bury(nats, tenant, { isText: true }, '"{"');
    await bury(nats, tenant, {}, '"{"');
    await redrive(nats, tenant);
    expect((await eventsIn(nats, tenant)).map((event) => event?.text)).toEqual(['{', '"{"']);
  }));

test('events come back in the order in which they died', () =>
  withQueue(async (nats, tenant) => {
    const ids: string[] = [];
    for (let n = 0; n < 250; n += 1) ids.push(await bury(nats, tenant, { event: { id: `e${n}`, name: 'placed' } }));
    const results = await redrive(nats, tenant);
    expect(results.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'redriven'));
    expect((await eventsIn(nats, tenant)).map((event) => event?.redriveOf?.deadLetter)).toEqual(ids);
  }));

test('two redrives of the same letters at once put one event on the queue', () =>
  withQueue(async (nats, tenant) => {
    await bury(nats, tenant);
    const letters = await lettersOf(nats, tenant);
    const both = await Promise.all([1, 2].map(() => redriveLetters({ nats, isDeclared }, letters)));
    expect(both.flat().filter(({ outcome }) => outcome === 'redriven')).toHaveLength(1);
    expect(both.flat().filter(({ outcome }) => outcome === 'already')).toHaveLength(1);
    expect(await eventsIn(nats, tenant)).toHaveLength(1);
  }));

test('a redrive that was cut short after the event was stored is completed without a second event', () =>
  withQueue(async (nats, tenant) => {
    const { as } = await interrupted(nats, tenant);
    expect(await redrive(nats, tenant)).toMatchObject([{ outcome: 'already', as }]);
    expect((await eventsIn(nats, tenant)).map((event) => event?.id)).toEqual([as]);
    expect(await lettersOf(nats, tenant)).toEqual([]);
    expect(await marksOf(nats, tenant)).toBe(0);
  }));

test('also when the event has run meanwhile and its queue has dropped it', () =>
  withQueue(async (nats, tenant) => {
    const { as } = await interrupted(nats, tenant);
    const time = new Date().toISOString();
    await createOutcomes(nats, tenant, 'q').commit(execution(tenant, 1, { event: { id: as, name: 'placed', time } }));
    await nats.jsm.streams.purge(queueStream(tenant, 'q'));
    expect(await redrive(nats, tenant)).toMatchObject([{ outcome: 'already', as }]);
    expect(await eventsIn(nats, tenant)).toEqual([]);
  }));

test('a redrive that was cut short before the event was stored puts it on the queue', () =>
  withQueue(async (nats, tenant) => {
    const id = await bury(nats, tenant);
    await nats.publisher.publish(`jobico.deadletter.${tenant}.q.placed.${id}`, '');
    expect(await redrive(nats, tenant)).toMatchObject([{ id, outcome: 'redriven' }]);
    expect(await eventsIn(nats, tenant)).toHaveLength(1);
  }));

test('whoever comes with a letter that was redriven long ago adds no event', () =>
  withQueue(async (nats, tenant) => {
    await bury(nats, tenant);
    const letters = await lettersOf(nats, tenant);
    await redriveLetters({ nats, isDeclared }, letters);
    await forgetIds(nats, tenant);
    expect(await redriveLetters({ nats, isDeclared }, letters)).toMatchObject([{ outcome: 'already' }]);
    expect(await eventsIn(nats, tenant)).toHaveLength(1);
    expect(await marksOf(nats, tenant)).toBe(0);
  }));

test('an event that no package declares keeps its letter, whether the definitions say so or NATS', () =>
  withQueue(async (nats, tenant) => {
    await bury(nats, tenant, { event: { id: 'e1', name: 'gone' } });
    const letters = await lettersOf(nats, tenant);
    const undeclared = { outcome: 'undeclared', reason: 'no package declares the event any more' };
    expect(await redriveLetters({ nats, isDeclared: () => false }, letters)).toMatchObject([undeclared]);
    expect(await redriveLetters({ nats, isDeclared }, letters)).toMatchObject([undeclared]);
    expect(await lettersOf(nats, tenant)).toEqual(letters);
    expect(await marksOf(nats, tenant)).toBe(0);
  }));

test('an event that its full queue refuses keeps its letter; the others of the call are redriven', () =>
  withQueue(async (nats, tenant) => {
    const ids = [await bury(nats, tenant), await bury(nats, tenant)];
    expect(await redrive(nats, tenant)).toMatchObject([
      { outcome: 'redriven' },
      { outcome: 'failed', reason: expect.stringContaining('maximum') as string },
    ]);
    expect((await lettersOf(nats, tenant)).map(({ id }) => id)).toEqual([ids[1]]);
    expect(await marksOf(nats, tenant)).toBe(0);
  }, 1));

test('a preview says what would become of each letter, and changes nothing', () =>
  withQueue(async (nats, tenant) => {
    const id = await bury(nats, tenant);
    await bury(nats, tenant, { event: { id: 'e2', name: 'gone' } });
    const letters = await lettersOf(nats, tenant);
    const onlyPlaced = (_tenant: string, event: string) => event === 'placed';
    expect(previewRedrive(onlyPlaced, letters)).toMatchObject([
      { id, outcome: 'redriven', as: `e1:redrive:${id}` },
      { outcome: 'undeclared' },
    ]);
    expect(await lettersOf(nats, tenant)).toEqual(letters);
    expect(await eventsIn(nats, tenant)).toEqual([]);
    expect((await createDeadLetters(nats).list({ tenant, limit: 10 })).items).toHaveLength(2);
  }));

test('a letter without its payload is not redriven, and says where the payload is', () =>
  withQueue(async (nats, tenant) => {
    await bury(nats, tenant, { isLeftOut: true, sequence: 7 }, 'null');
    const expected = [{ outcome: 'failed', reason: expect.stringContaining('queue q has it at sequence 7') as string }];
    expect(previewRedrive(isDeclared, await lettersOf(nats, tenant))).toMatchObject(expected);
    expect(await redrive(nats, tenant)).toMatchObject(expected);
    expect(await lettersOf(nats, tenant)).toHaveLength(1);
    expect(await eventsIn(nats, tenant)).toEqual([]);
  }));
