import type { EmittedEvent } from '@jobico/contract';
import {
  complete,
  createDeadLetters,
  createOutcomes,
  createRecorder,
  ensureQueue,
  queueStream,
  settle,
  type DeadLetterBody,
  type Nats,
} from '@jobico/messaging';
import { expect, test } from 'vitest';
import { execution, queue, uniqueTenant, withNats } from './nats.ts';

const outgoing = (id: string): EmittedEvent => ({ id, event: 'next', data: { of: id }, route: 'emit' });

const noDeadLetter = (): DeadLetterBody => {
  throw new Error('no dead letter is due');
};

async function storedIn(nats: Nats, tenant: string): Promise<number> {
  return (await nats.jsm.streams.info(queueStream(tenant, 'q2'))).state.messages;
}

test('a settled outcome is recorded and its events are on their queue, once however often it is repeated', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q2'), ['next']);
    const outcomes = createOutcomes(nats, tenant, 'q');
    const settlement = {
      execution: execution(tenant, 1, { emitted: [outgoing('a'), outgoing('b')] }),
      deadLetterOf: noDeadLetter,
    };
    expect(await settle(nats, outcomes, settlement)).toBe('settled');
    await settle(nats, outcomes, settlement);
    expect(await storedIn(nats, tenant)).toBe(2);
  }));

test('what an execution was given is kept once, beside its record, for its tenant', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const inputs = { data: '{"card":"4242"}', calls: [] };
    const recorded = execution(tenant, 1, { inputsKept: { calls: 0 } });
    const settlement = { execution: recorded, inputs, deadLetterOf: noDeadLetter };
    expect(await settle(nats, outcomes, settlement)).toBe('settled');
    await settle(nats, outcomes, settlement, { isRepeat: true });
    const recorder = createRecorder(nats);
    expect(await recorder.inputs(tenant, recorded.id)).toEqual(inputs);
    expect(await recorder.inputs(uniqueTenant(), recorded.id)).toBeUndefined();
    expect(JSON.stringify(await recorder.list({ tenant, limit: 10 }))).not.toContain('4242');
    const { state } = await nats.jsm.streams.info('EXECUTIONS', { subjects_filter: `jobico.inputs.${tenant}.>` });
    expect(state.subjects).toEqual({ [`jobico.inputs.${tenant}.${recorded.id}`]: 1 });
  }));

test('whoever finds a record without its events publishes those that are absent, also after the duplicate window', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q2'), ['next']);
    await nats.jsm.streams.update(queueStream(tenant, 'q2'), { duplicate_window: 100_000_000 });
    const recorded = execution(tenant, 1, { emitted: [outgoing('a'), outgoing('b')] });
    await createOutcomes(nats, tenant, 'q').commit(recorded);
    await nats.publisher.publish(`jobico.event.${tenant}.next`, '{}', [['Nats-Msg-Id', 'a']]);
    // The window is over once the server takes the same id again on the stream's own subject.
    await expect
      .poll(
        async () => (await nats.publisher.publish(`jobico.queue.${tenant}.q2`, '', [['Nats-Msg-Id', 'a']])).isDuplicate,
        { timeout: 5000 },
      )
      .toBe(false);
    await complete(nats, [{ execution: recorded, deadLetterOf: noDeadLetter }]);
    await complete(nats, [{ execution: recorded, deadLetterOf: noDeadLetter }]);
    const events = await nats.jsm.streams.info(queueStream(tenant, 'q2'), {
      subjects_filter: `jobico.event.${tenant}.next`,
    });
    expect(events.state.subjects).toEqual({ [`jobico.event.${tenant}.next`]: 2 });
  }));

test('an event that nobody declares any more keeps its outcome', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const settlement = { execution: execution(tenant, 1, { emitted: [outgoing('a')] }), deadLetterOf: noDeadLetter };
    expect(await settle(nats, outcomes, settlement)).toBe('settled');
  }));

test('a dead outcome leaves one dead letter', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const dead = execution(tenant, 4, { status: 'dead', error: { code: 'permanent', message: 'no' } });
    const letter: DeadLetterBody = {
      tenant,
      queue: 'q',
      time: dead.startedAt,
      event: { id: 'e4', name: 'placed' },
      sequence: 4,
      attempts: 1,
      error: { code: 'permanent', message: 'no' },
      data: { a: 1 },
    };
    const settlement = { execution: dead, deadLetterOf: () => letter };
    await settle(nats, outcomes, settlement);
    await complete(nats, [settlement]);
    const { items } = await createDeadLetters(nats).list({ tenant, limit: 10 });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ event: { id: 'e4' }, error: { code: 'permanent' }, data: { a: 1 } });
  }));

test('of an event whose dead letter would be too large one without its payload says where that is', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const error = { code: 'invalid', message: 'not JSON' } as const;
    const dead = execution(tenant, 4, { status: 'dead', error });
    const letter: DeadLetterBody = {
      tenant,
      queue: 'q',
      time: dead.startedAt,
      event: { id: 'e4', name: 'placed', key: 'k' },
      sequence: 4,
      attempts: 1,
      error,
      data: '\u0001'.repeat(2 << 20),
      isText: true,
    };
    const settlement = { execution: dead, deadLetterOf: () => letter };
    expect(await settle(nats, outcomes, settlement)).toBe('settled');
    await complete(nats, [settlement]);
    const { items } = await createDeadLetters(nats).list({ tenant, limit: 10 });
    expect(items).toMatchObject([
      { event: { id: 'e4', key: 'k' }, error: { code: 'invalid' }, data: null, isLeftOut: true },
    ]);
    expect(items[0]?.error.message).toMatch(/^not JSON \(.* stands in queue q at sequence 4\)$/);
  }));

test('a settlement that is repeated after the duplicate window publishes nothing a second time', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q2'), ['next']);
    await nats.jsm.streams.update(queueStream(tenant, 'q2'), { duplicate_window: 100_000_000 });
    const outcomes = createOutcomes(nats, tenant, 'q');
    const settlement = { execution: execution(tenant, 1, { emitted: [outgoing('a')] }), deadLetterOf: noDeadLetter };
    await settle(nats, outcomes, settlement);
    await expect
      .poll(
        async () => (await nats.publisher.publish(`jobico.queue.${tenant}.q2`, '', [['Nats-Msg-Id', 'a']])).isDuplicate,
        { timeout: 5000 },
      )
      .toBe(false);
    expect(await settle(nats, outcomes, settlement, { isRepeat: true })).toBe('settled');
    const { state } = await nats.jsm.streams.info(queueStream(tenant, 'q2'), {
      subjects_filter: `jobico.event.${tenant}.next`,
    });
    expect(state.subjects).toEqual({ [`jobico.event.${tenant}.next`]: 1 });
  }));

test('an attempt to be repeated, recorded by a process that lost the queue, stands in the way of no outcome', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.prepare([1], 0);
    const settlementOf = (status: 'retry' | 'ok') => ({
      execution: execution(tenant, 1, { status }),
      deadLetterOf: noDeadLetter,
    });
    await settle(nats, createOutcomes(nats, tenant, 'q'), settlementOf('retry'));
    expect(await settle(nats, outcomes, settlementOf('retry'))).toBe('settled');
    expect(await settle(nats, outcomes, settlementOf('ok'))).toBe('settled');
    expect(await settle(nats, createOutcomes(nats, tenant, 'q'), settlementOf('ok'))).toBe('fenced');
    expect((await outcomes.latest([1], 0)).get(1)).toMatchObject({ status: 'ok' });
  }));
