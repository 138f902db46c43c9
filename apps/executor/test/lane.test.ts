import { createSilentLogger } from '@jobico/telemetry';
import type { DeclaredEvent, Nats, QueuedEvent, Settlement } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { Lane, type LaneEntry } from '../src/queues/lane.ts';
import type { QueueContext } from '../src/queues/queue-context.ts';
import { settleLost } from '../src/settlement/build-settlement.ts';
import type { Outcome, Result, Work } from '../src/work.ts';

const declaredWith = (retryMs: number, isOrderRelaxed: boolean) =>
  ({
    version: { id: 'p', version: 1 },
    job: {
      id: 'job',
      retry: {
        maximumAttempts: 5,
        initialIntervalMs: retryMs,
        backoffCoefficient: 1,
        maximumIntervalMs: retryMs,
        isOrderRelaxed,
      },
    },
  }) as unknown as DeclaredEvent;

const eventAt = (sequence: number): QueuedEvent => ({
  id: `e${sequence}`,
  tenant: 't',
  name: 'told',
  sequence,
  timeMs: 0,
  text: '{}',
});

const end = (kind: Result['kind'], code: 'retry' | 'permanent' = 'retry'): Outcome => ({
  kind,
  emitted: [],
  logs: [],
  startedAtMs: Date.now(),
  durationMs: 0,
  memoryBytes: 0,
  hostCalls: 0,
  ...(kind === 'failed' && { error: { code, message: '' } }),
});

/** A lane whose sandbox takes one event; the others wait before it, as they do before a busy one. */
function laneBeforeABusySandbox({ retryMs = 40, isOrderRelaxed = false } = {}) {
  const declared = declaredWith(retryMs, isOrderRelaxed);
  /** Of events that have ended and are not on record yet. */
  const storing: ((which?: 'settled' | 'fenced') => void)[] = [];
  const parked: { ids: string[]; before: Promise<void> | undefined }[] = [];
  const inside: Work[] = [];
  let waiting: Work[] = [];
  const settled: string[] = [];
  const paused = new Set<string>();
  const admit = () => {
    if (inside.length === 0) inside.push(...waiting.splice(0, 1));
  };
  let opened = 0;
  /** By event, the number of the sandbox lane that it was sent to last. */
  const sentTo = new Map<string, number>();
  const openSandboxLane = () => {
    const number = (opened += 1);
    const close = () => {
      const left = waiting;
      waiting = [];
      for (const work of left) work.onOutcome({ kind: 'unrun' });
    };
    return {
      send: (work: Work) => {
        sentTo.set(work.event.id, number);
        waiting.push(work);
        admit();
      },
      close,
      recall: close,
      cancel: close,
    };
  };
  const decisionContext = (readyAtMs: number) => ({ queue: 'q', node: 'n', nowMs: Date.now(), readyAtMs });
  const context: QueueContext = {
    nats: {} as Nats,
    log: createSilentLogger(),
    isStopping: () => false,
    isPaused: (event) => paused.has(event),
    isAtRest: () => false,
    openSandboxLane,
    admit: () => ({ declared, key: undefined }),
    liveEvent: () => declared,
    recordedOutcome: () => Promise.resolve(undefined),
    decisionContext,
    settle: ({ execution }: Settlement, onDone) => {
      settled.push(`${execution.event.id} ${execution.status}`);
      storing.push((which = 'settled') => onDone(which));
    },
    park: (_lane, entries, before) => {
      if (retryMs <= 100) return false;
      parked.push({ ids: entries.map(({ event }) => event.id), before });
      return true;
    },
  };
  let isEmpty = false;
  const lane = new Lane('k1', context, () => (isEmpty = true));
  const push = (sequence: number, { isLost = false } = {}) => {
    const event = eventAt(sequence);
    const entry: LaneEntry = {
      event,
      key: 'k',
      admitted: { declared },
      attempt: isLost ? 2 : 1,
      lost: isLost ? () => settleLost({ event, key: 'k', declared, attempt: 1 }, decisionContext(0)) : undefined,
      readyAtMs: 0,
      onSettled: () => undefined,
    };
    lane.push(entry);
  };
  /** Ends the event that is in the sandbox; then the next may enter. */
  const finish = (kind: Result['kind'], code?: 'retry' | 'permanent') => {
    const work = inside.shift();
    work?.onOutcome(end(kind, code));
    admit();
    return work?.event.id;
  };
  const setPaused = (isPaused: boolean) => {
    if (isPaused) paused.add('told');
    else paused.delete('told');
    lane.pausesChanged();
  };
  const store = (index = 0, which?: 'fenced') => storing.splice(index, 1)[0]?.(which);
  const cancel = (sequence: number) => lane.cancel(sequence);
  return { push, finish, settled, inside, parked, sentTo, setPaused, store, cancel, isEmpty: () => isEmpty };
}

test('an event that waits before the sandbox when one before it fails runs after it all the same', async () => {
  const { push, finish, settled, inside, store } = laneBeforeABusySandbox();
  push(1);
  push(2);
  finish('failed');
  store();
  await expect.poll(() => inside.length, { interval: 5 }).toBe(1);
  expect(finish('ok')).toBe('e1');
  expect(finish('ok')).toBe('e2');
  expect(settled).toEqual(['e1 retry', 'e1 ok', 'e2 ok']);
});

test('a failed attempt is on record before the next one begins, however long that takes', async () => {
  const { push, finish, inside, store } = laneBeforeABusySandbox({ retryMs: 5 });
  push(1);
  push(2);
  const failedAt = performance.now();
  finish('failed');
  await expect.poll(() => performance.now() - failedAt, { interval: 5 }).toBeGreaterThan(50);
  expect(inside).toEqual([]);
  store();
  expect(inside.map(({ event, attempt }) => [event.id, attempt])).toEqual([['e1', 2]]);
});

test('an attempt that may have begun in a lost process is on record after all before it and before the next one begins; what follows waits for it', () => {
  const { push, inside, settled, finish, store } = laneBeforeABusySandbox();
  push(1);
  push(2, { isLost: true });
  push(3);
  expect(settled).toEqual([]);
  expect(finish('ok')).toBe('e1');
  // That may be refused, and recorded again: nothing behind it may be on its way.
  expect(settled).toEqual(['e1 ok']);
  store();
  expect(settled).toEqual(['e1 ok', 'e2 retry']);
  expect(inside).toEqual([]);
  store();
  expect(inside.map(({ event, attempt }) => [event.id, attempt])).toEqual([['e2', 2]]);
  expect(finish('ok')).toBe('e2');
  expect(finish('ok')).toBe('e3');
  expect(settled).toEqual(['e1 ok', 'e2 retry', 'e2 ok', 'e3 ok']);
});

test('what goes on after a failure, and what comes then, goes on in one sandbox lane', () => {
  const { push, finish, sentTo } = laneBeforeABusySandbox();
  push(1);
  push(2);
  push(3);
  // Nothing else is in the sandbox: with the last that comes back from before it, the lane goes on.
  finish('failed', 'permanent');
  push(4);
  expect(new Set([2, 3, 4].map((n) => sentTo.get(`e${n}`))).size).toBe(1);
  expect(sentTo.get('e4')).not.toBe(sentTo.get('e1'));
});

test('what waits is parked only once everything before it is on record', async () => {
  const { push, finish, parked, store } = laneBeforeABusySandbox({ retryMs: 1000 });
  push(1);
  push(2);
  push(3);
  finish('ok');
  finish('failed');
  // The failed attempt itself; what came before it is still being stored.
  store(1);
  expect(parked).toMatchObject([{ ids: ['e2', 'e3'] }]);
  let isFree = false;
  void parked[0]?.before?.then(() => (isFree = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isFree).toBe(false);
  store();
  await expect.poll(() => isFree).toBe(true);
});

test('what is paused runs to its end and nothing after it; once it is not, the rest goes on in order, as first attempts', async () => {
  const { push, finish, setPaused, settled, inside, store } = laneBeforeABusySandbox();
  push(1);
  push(2);
  setPaused(true);
  push(3);
  expect(finish('ok')).toBe('e1');
  store();
  expect(inside).toEqual([]);
  setPaused(false);
  await expect
    .poll(() => inside.map(({ event, attempt }) => [event.id, attempt]), { interval: 5 })
    .toEqual([['e2', 1]]);
  finish('ok');
  finish('ok');
  expect(settled).toEqual(['e1 ok', 'e2 ok', 'e3 ok']);
});

test('a lane whose oldest event is paused makes way for other lanes, with all that is behind it', () => {
  const { push, setPaused, parked } = laneBeforeABusySandbox({ retryMs: 1000 });
  setPaused(true);
  push(1);
  expect(parked).toMatchObject([{ ids: ['e1'] }]);
});

test('a cancelled event does not begin, and what was sent behind it goes on', async () => {
  const { push, finish, cancel, settled, inside } = laneBeforeABusySandbox();
  for (const sequence of [1, 2, 3]) push(sequence);
  expect(cancel(2)).toBe(true);
  expect(finish('ok')).toBe('e1');
  await expect.poll(() => inside.map(({ event }) => event.id), { interval: 5 }).toEqual(['e3']);
  finish('ok');
  expect(settled).toEqual(['e1 ok', 'e3 ok']);
  expect(cancel(2)).toBe(false);
});

test('whatever comes of a cancelled event that ran is not recorded, and the next one begins after it', () => {
  const { push, finish, cancel, settled, inside } = laneBeforeABusySandbox();
  push(1);
  push(2);
  cancel(1);
  expect(inside.map(({ event }) => event.id)).toEqual(['e1']);
  finish('failed');
  expect(settled).toEqual([]);
  expect(inside.map(({ event }) => event.id)).toEqual(['e2']);
});

test('an event whose failed attempt is refused because it was cancelled meanwhile holds nothing up', () => {
  const { push, finish, store, inside } = laneBeforeABusySandbox();
  push(1);
  push(2);
  finish('failed');
  store(0, 'fenced');
  expect(inside.map(({ event }) => event.id)).toEqual(['e2']);
});

test('an event that is cancelled while it waits in place for its next attempt makes way at once', () => {
  const { push, finish, store, cancel, inside } = laneBeforeABusySandbox({ retryMs: 100 });
  push(1);
  push(2);
  finish('failed');
  store();
  cancel(1);
  expect(inside.map(({ event }) => event.id)).toEqual(['e2']);
});

test('where order is relaxed, a lane ends once its only event waits aside; not before what has passed it', () => {
  const { push, finish, store, parked, isEmpty } = laneBeforeABusySandbox({ retryMs: 1000, isOrderRelaxed: true });
  push(1);
  push(2);
  finish('failed');
  expect(parked).toMatchObject([{ ids: ['e1'] }]);
  expect(isEmpty()).toBe(false);
  finish('failed');
  expect(parked).toMatchObject([{ ids: ['e1'] }, { ids: ['e2'] }]);
  expect(isEmpty()).toBe(true);
  store();
  store();
});
