import { createOutcomes, createRecorder, type Nats } from '@jobico/messaging';
import { expect, test, vi } from 'vitest';
import { execution, uniqueTenant, withNats } from './nats.ts';

test('of two processes that ran the same event, the second to record is told of the first', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const [first, second] = [createOutcomes(nats, tenant, 'q'), createOutcomes(nats, tenant, 'q')];
    await first.prepare([7], 0);
    await second.prepare([7], 0);
    const winner = execution(tenant, 7);
    expect(await first.commit(winner)).toEqual({ isOurs: true });
    expect(await second.commit(execution(tenant, 7))).toMatchObject({ isOurs: false, recorded: { id: winner.id } });
  }));

test('a process that has recorded an outcome of an event records no second one of the same attempt', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const first = execution(tenant, 7);
    await outcomes.commit(first);
    expect(await outcomes.commit(execution(tenant, 7))).toMatchObject({ isOurs: false, recorded: { id: first.id } });
    expect(await outcomes.commit(execution(tenant, 7, { attempt: 2 }))).toMatchObject({ isOurs: false });
    // Nor after a later event took the slot over.
    await outcomes.commit(execution(tenant, 7 + 4096));
    const again = execution(tenant, 7, { event: first.event });
    expect(await outcomes.commit(again)).toMatchObject({ isOurs: false, recorded: { id: first.id } });
  }));

test('of two outcomes of an event that a process records at once, one stands', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.prepare([7], 0);
    const commits = await Promise.all(
      [execution(tenant, 7), execution(tenant, 7)].map((each) => outcomes.commit(each)),
    );
    expect(commits.map(({ isOurs }) => isOurs)).toEqual([true, false]);
  }));

test('an event that waited while others took its slot over is recorded all the same', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.commit(execution(tenant, 5, { status: 'retry' }));
    await outcomes.commit(execution(tenant, 5 + 4096));
    expect(await outcomes.commit(execution(tenant, 5, { attempt: 2 }))).toEqual({ isOurs: true });
  }));

test('recording the same outcome again is ours, not a second one', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcome = execution(tenant, 3);
    expect(await createOutcomes(nats, tenant, 'q').commit(outcome)).toEqual({ isOurs: true });
    expect(await createOutcomes(nats, tenant, 'q').commit(outcome)).toEqual({ isOurs: true });
    expect(await createOutcomes(nats, tenant, 'q').latest([3], 0)).toHaveLength(1);
  }));

test('an event whose slot was used by an older one is recorded all the same', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await createOutcomes(nats, tenant, 'q').commit(execution(tenant, 5));
    const unaware = createOutcomes(nats, tenant, 'q');
    expect(await unaware.commit(execution(tenant, 5 + 4096))).toEqual({ isOurs: true });
  }));

test('a retry is followed by a later attempt, and the later one is the latest', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.commit(execution(tenant, 9, { status: 'retry' }));
    await outcomes.commit(execution(tenant, 9, { status: 'ok', attempt: 2 }));
    expect((await outcomes.latest([8, 9], 0)).get(9)).toMatchObject({ status: 'ok', attempt: 2 });
    expect((await outcomes.latest([8, 9], 0)).has(8)).toBe(false);
  }));

test('an outcome that a later event of its slot hides is still found', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const hidden = execution(tenant, 11);
    await outcomes.commit(hidden);
    await outcomes.commit(execution(tenant, 11 + 4096));
    expect((await outcomes.latest([11], Date.now() - 60_000)).get(11)?.id).toBe(hidden.id);
  }));

test('an outcome that a later event of its slot hides is found behind an earlier attempt that it does not hide', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const hidden = execution(tenant, 11, { attempt: 2 });
    await outcomes.commit(execution(tenant, 11, { status: 'retry' }));
    await outcomes.commit(hidden);
    await outcomes.commit(execution(tenant, 11 + 4096));
    expect((await outcomes.latest([11], Date.now() - 60_000)).get(11)?.id).toBe(hidden.id);
  }));

test('an outcome that an older event of its slot hides, recorded after it, is still found, and stands', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const before = createOutcomes(nats, tenant, 'q');
    const newer = execution(tenant, 5 + 4096);
    await before.commit(newer);
    await before.commit(execution(tenant, 5));
    const outcomes = createOutcomes(nats, tenant, 'q');
    const sinceMs = Date.parse(newer.event.time);
    expect((await outcomes.latest([5 + 4096], sinceMs)).get(5 + 4096)).toMatchObject({ id: newer.id });
    const again = execution(tenant, 5 + 4096, { event: newer.event, attempt: 2 });
    expect(await outcomes.commit(again)).toMatchObject({ isOurs: false, recorded: { id: newer.id } });
  }));

test('what is on record of a queue that was removed and made again is not of the events that it has now', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const stored = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
    const before = execution(tenant, 7, { event: { id: 'old', name: 'placed', time: stored(60_000) } });
    await createOutcomes(nats, tenant, 'q').commit(before);
    const now = execution(tenant, 7, { event: { id: 'new', name: 'placed', time: stored(1000) } });
    const sinceMs = Date.parse(now.event.time);
    const outcomes = createOutcomes(nats, tenant, 'q');
    expect(await outcomes.prepare([7], sinceMs)).toEqual(new Map());
    expect(await outcomes.commit(now)).toEqual({ isOurs: true });
    expect((await outcomes.latest([7], sinceMs)).get(7)).toMatchObject({ event: { id: 'new' } });
    expect(await outcomes.commit({ ...now, id: 'another' })).toMatchObject({ isOurs: false });
  }));

test('a further attempt of an event that waited is recorded without a look at what its slot took meanwhile', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const reads = vi.spyOn(nats.jsm.direct, 'getLastMessagesFor');
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.prepare([11], 0);
    await outcomes.commit(execution(tenant, 11, { status: 'retry' }));
    await outcomes.commit(execution(tenant, 11 + 4096));
    reads.mockClear();
    expect(await outcomes.commit(execution(tenant, 11, { status: 'retry', attempt: 2 }))).toEqual({ isOurs: true });
    await outcomes.commit(execution(tenant, 11 + 2 * 4096));
    expect(await outcomes.commit(execution(tenant, 11, { attempt: 3 }))).toEqual({ isOurs: true });
    expect(reads).not.toHaveBeenCalled();
    expect(await outcomes.commit(execution(tenant, 11, { attempt: 4 }))).toMatchObject({
      isOurs: false,
      recorded: { attempt: 3 },
    });
  }));

test('an attempt that waited here and ended in another process is not recorded a second time', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const [first, second] = [createOutcomes(nats, tenant, 'q'), createOutcomes(nats, tenant, 'q')];
    const sinceMs = Date.now() - 60_000;
    const event = { id: 'e11', name: 'e', time: new Date(sinceMs).toISOString() };
    await first.prepare([11], 0);
    await first.commit(execution(tenant, 11, { status: 'retry', event }));
    await first.commit(execution(tenant, 11 + 4096));
    await second.prepare([11], sinceMs);
    const ended = execution(tenant, 11, { attempt: 2, event });
    expect(await second.commit(ended)).toEqual({ isOurs: true });
    await second.commit(execution(tenant, 11 + 2 * 4096));
    // The slot of another event is read again here, and with it what the other process has recorded.
    await first.commit(execution(tenant, 11 + 3 * 4096));
    expect(await first.commit(execution(tenant, 11, { attempt: 2, event }))).toMatchObject({
      isOurs: false,
      recorded: { id: ended.id },
    });
  }));

test('preparing to run an event tells that it has run already', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcome = execution(tenant, 12);
    await createOutcomes(nats, tenant, 'q').commit(outcome);
    expect([...(await createOutcomes(nats, tenant, 'q').prepare([11, 12, 13], 0))]).toEqual([[12, outcome]]);
  }));

test('while it is looked whether an event was cancelled, what is recorded after it is not stored before it', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q', { laneOf: () => 'lane' });
    // Far from its turn, and in the slot of the first.
    await createOutcomes(nats, tenant, 'q').commit(execution(tenant, 7 + 4096, { status: 'cancelled' }));
    await outcomes.prepare([7, 8, 9], 0);
    const all = [7, 8, 9].map((sequence) => execution(tenant, sequence));
    expect(await Promise.all(all.map((each) => outcomes.commit(each)))).toEqual(all.map(() => ({ isOurs: true })));
    const { items } = await createRecorder(nats).list({ tenant, limit: 10 });
    expect(items.toReversed().map(({ sequence }) => sequence)).toEqual([7 + 4096, 7, 8, 9]);
  }));

test('an event that is cancelled far from its turn stands in no way of what is recorded in its slot', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const [outcomes, ctl] = [
      createOutcomes(nats, tenant, 'q', { laneOf: () => 'lane' }),
      createOutcomes(nats, tenant, 'q'),
    ];
    await outcomes.prepare([7, 8, 9], 0);
    const cancelled = execution(tenant, 7 + 4096, { status: 'cancelled' });
    await ctl.commit(cancelled);
    outcomes.learn(cancelled, await lastAt(nats, tenant));
    const all = [7, 8, 9].map((sequence) => execution(tenant, sequence));
    await Promise.all(all.map((each) => outcomes.commit(each)));
    const { items } = await createRecorder(nats).list({ tenant, limit: 10 });
    expect(items.toReversed().map(({ sequence }) => sequence)).toEqual([7 + 4096, 7, 8, 9]);
    expect(await outcomes.commit(execution(tenant, 7 + 4096))).toEqual({ isOurs: false, recorded: cancelled });
  }));

/** Where the stream has the last record of a tenant. */
async function lastAt(nats: Nats, tenant: string): Promise<number> {
  const record = await nats.jsm.direct.getMessage('EXECUTIONS', { last_by_subj: `jobico.execution.${tenant}.>` });
  return record?.seq ?? 0;
}

/** A connection whose reads of slots are held back between the server's answer and who asked for it. */
function withHeldReads(nats: Nats) {
  const isRead = Promise.withResolvers<void>();
  const answers: (() => void)[] = [];
  const getLastMessagesFor: Nats['jsm']['direct']['getLastMessagesFor'] = (stream, { callback, ...asked }) =>
    nats.jsm.direct.getLastMessagesFor(stream, {
      ...asked,
      callback: (...answer) => {
        answers.push(() => callback?.(...answer));
        if (answer[0] !== null) isRead.resolve();
      },
    });
  const direct = Object.assign(Object.create(nats.jsm.direct) as Nats['jsm']['direct'], { getLastMessagesFor });
  const jsm = Object.assign(Object.create(nats.jsm) as Nats['jsm'], { direct });
  const release = () => {
    for (const tell of answers) tell();
  };
  return { held: { ...nats, jsm }, isRead: isRead.promise, release };
}

test('an event that is cancelled while the slot is being read stands in no way either', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const { held, isRead, release } = withHeldReads(nats);
    const outcomes = createOutcomes(held, tenant, 'q', { laneOf: () => 'lane' });
    const preparing = outcomes.prepare([7, 8, 9], 0);
    await isRead;
    const cancelled = execution(tenant, 7 + 4096, { status: 'cancelled' });
    await createOutcomes(nats, tenant, 'q').commit(cancelled);
    outcomes.learn(cancelled, await lastAt(nats, tenant));
    release();
    await preparing;
    await Promise.all([7, 8, 9].map((sequence) => outcomes.commit(execution(tenant, sequence))));
    const { items } = await createRecorder(nats).list({ tenant, limit: 10 });
    expect(items.toReversed().map(({ sequence }) => sequence)).toEqual([7 + 4096, 7, 8, 9]);
  }));

test('while an outcome is refused and looked up, what comes behind it in its lane waits, and nobody else', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q', { laneOf: ({ event }) => event.key ?? '' });
    await outcomes.prepare([7, 8, 9, 10], 0);
    // It is not told of.
    await createOutcomes(nats, tenant, 'q').commit(execution(tenant, 7 + 4096, { status: 'cancelled' }));
    const of = (sequence: number, key: string) => {
      const { event, ...rest } = execution(tenant, sequence);
      return { ...rest, event: { ...event, key } };
    };
    const first = outcomes.commit(of(7, 'a'));
    const other = outcomes.commit(of(10, 'b'));
    await other;
    await Promise.all([outcomes.commit(of(8, 'a')), outcomes.commit(of(9, 'a')), first]);
    const { items } = await createRecorder(nats).list({ tenant, limit: 10 });
    expect(items.toReversed().map(({ sequence }) => sequence)).toEqual([7 + 4096, 10, 7, 8, 9]);
  }));

test('of a cancellation and an outcome that are recorded at once, one stands, and both learn which', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      const [executor, ctl] = [createOutcomes(nats, tenant, 'q'), createOutcomes(nats, tenant, 'q')];
      await Promise.all([executor.prepare([sequence], 0), ctl.prepare([sequence], 0)]);
      const [ok, cancelled] = [execution(tenant, sequence), execution(tenant, sequence, { status: 'cancelled' })];
      const commits = await Promise.all([executor.commit(ok), ctl.commit(cancelled)]);
      expect(commits.filter(({ isOurs }) => isOurs)).toHaveLength(1);
      const standing = commits[0].isOurs ? ok : cancelled;
      expect(commits.find(({ isOurs }) => !isOurs)).toMatchObject({ recorded: { id: standing.id } });
    }
  }));
