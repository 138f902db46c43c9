import { createSilentLogger } from '@jobico/telemetry';
import type { DeclaredEvent, Nats, QueuedEvent, Settlement } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { Lane, type LaneEntry } from '../src/queues/lane.ts';
import type { QueueContext } from '../src/queues/queue-context.ts';
import type { Outcome, Result, Work } from '../src/work.ts';

const declared = {
  version: { id: 'p', version: 1 },
  job: {
    id: 'job',
    retry: { maximumAttempts: 5, initialIntervalMs: 40, backoffCoefficient: 1, maximumIntervalMs: 40 },
  },
} as unknown as DeclaredEvent;

const eventAt = (sequence: number): QueuedEvent => ({
  id: `e${sequence}`,
  tenant: 't',
  name: 'told',
  sequence,
  timeMs: 0,
  text: '{}',
});

const end = (kind: Result['kind']): Outcome => ({
  ...{ kind, emitted: [], logs: [], startedAtMs: Date.now(), durationMs: 0, memoryBytes: 0, hostCalls: 0 },
  ...(kind === 'failed' && { error: { code: 'retry', message: '' } }),
});

/** A lane whose sandbox takes one event; the others wait before it, as they do before a busy one. */
function laneBeforeABusySandbox() {
  const inside: Work[] = [];
  let waiting: Work[] = [];
  const settled: string[] = [];
  const admit = () => {
    if (inside.length === 0) inside.push(...waiting.splice(0, 1));
  };
  const openSandboxLane = () => ({
    send: (work: Work) => {
      waiting.push(work);
      admit();
    },
    close: () => {
      const left = waiting;
      waiting = [];
      for (const work of left) work.onOutcome({ kind: 'unrun' });
    },
  });
  const context: QueueContext = {
    nats: {} as Nats,
    log: createSilentLogger(),
    isStopping: () => false,
    openSandboxLane,
    admit: () => ({ declared, key: undefined }),
    liveEvent: () => declared,
    recordedOutcome: () => Promise.resolve(undefined),
    decisionContext: (readyAtMs) => ({ queue: 'q', node: 'n', nowMs: Date.now(), readyAtMs }),
    settle: ({ execution }: Settlement, onDone) => {
      settled.push(`${execution.event.id} ${execution.status}`);
      queueMicrotask(() => onDone('settled'));
    },
    park: () => false,
  };
  const lane = new Lane('k1', context, () => undefined);
  const push = (sequence: number) => {
    const entry: LaneEntry = {
      ...{ event: eventAt(sequence), key: 'k', admitted: { declared }, attempt: 1, readyAtMs: 0 },
      onSettled: () => undefined,
    };
    lane.push(entry);
  };
  /** Ends the event that is in the sandbox; then the next may enter. */
  const finish = (kind: Result['kind']) => {
    const work = inside.shift();
    work?.onOutcome(end(kind));
    admit();
    return work?.event.id;
  };
  return { push, finish, settled, inside };
}

test('an event that waits before the sandbox when one before it fails runs after it all the same', async () => {
  const { push, finish, settled, inside } = laneBeforeABusySandbox();
  push(1);
  push(2);
  finish('failed');
  await expect.poll(() => inside.length, { interval: 5 }).toBe(1);
  expect(finish('ok')).toBe('e1');
  expect(finish('ok')).toBe('e2');
  expect(settled).toEqual(['e1 retry', 'e1 ok', 'e2 ok']);
});
