import type { DeclaredEvent, Nats, ParkedEvent, Parking, QueuedEvent } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import type { LaneEntry } from '../src/queues/lane.ts';
import { ParkedLane } from '../src/queues/parked-lane.ts';
import type { QueueContext } from '../src/queues/queue-context.ts';

const DECLARED = { version: { id: 'p', version: 1 }, job: { id: 'job' } } as unknown as DeclaredEvent;

const eventAt = (sequence: number): QueuedEvent => ({
  id: `e${sequence}`,
  tenant: 't',
  name: 'told',
  sequence,
  timeMs: 0,
  text: '{}',
});

/** A lane whose every event succeeds, over a stream that answers only when it is told to. */
function parkedLane() {
  const stored: ParkedEvent[] = [];
  const looks: (() => void)[] = [];
  const ran: string[] = [];
  let hasEnded = false;
  const parking: Parking = {
    lanes: () => Promise.resolve([]),
    park(_lane, parked) {
      stored.push({ ...parked, parkedSequence: stored.length + 1 });
      return Promise.resolve();
    },
    head() {
      const [oldest] = stored;
      return new Promise((resolve) => looks.push(() => resolve(oldest)));
    },
    remove: () => Promise.resolve(void stored.shift()),
  };
  const context: QueueContext = {
    nats: {} as Nats,
    log: createSilentLogger(),
    isStopping: () => false,
    isPaused: () => false,
    isAtRest: () => false,
    openSandboxLane: () => ({
      send: (work) => {
        ran.push(work.event.id);
        const result = { emitted: [], logs: [], startedAtMs: 0, durationMs: 0, memoryBytes: 0, hostCalls: 0 };
        work.onOutcome({ kind: 'ok', result: 'null', ...result });
      },
      close: () => undefined,
      recall: () => undefined,
      cancel: () => undefined,
    }),
    admit: () => ({ key: 'a', declared: DECLARED, verdict: undefined }),
    liveEvent: () => DECLARED,
    recordedOutcome: () => Promise.resolve(undefined),
    decisionContext: (readyAtMs) => ({ queue: 'q', node: 'n', nowMs: 0, readyAtMs }),
    settle: (_settlement, onDone) => onDone('settled'),
    park: () => true,
  };
  const onEmpty = () => (hasEnded = true);
  const lane = new ParkedLane('ka', context, parking, { isTakenOver: false, onEmpty });
  const push = (sequence: number) =>
    new Promise<void>((resolve) => {
      const entry: LaneEntry = {
        event: eventAt(sequence),
        key: 'a',
        admitted: { declared: DECLARED },
        attempt: 1,
        readyAtMs: 0,
        onSettled: resolve,
      };
      lane.push(entry);
    });
  const isAsked = () => looks.length === 1;
  /** Lets the stream answer what it was asked; what it says is what it held when it was asked. */
  const answer = async () => {
    await expect.poll(isAsked, { interval: 1 }).toBe(true);
    looks.shift()?.();
  };
  return { lane, push, isAsked, answer, ran, hasEnded: () => hasEnded };
}

test('an event that is parked while the lane looks whether it is empty keeps the lane open, and runs', async () => {
  const { lane, push, isAsked, answer, ran, hasEnded } = parkedLane();
  await push(1);
  lane.start();
  await answer();
  await expect.poll(() => ran, { interval: 1 }).toEqual(['e1']);
  await expect.poll(isAsked, { interval: 1 }).toBe(true);
  // It was asked when it held nothing; before its answer comes, the next event is there.
  await push(2);
  await answer();
  await answer();
  await expect.poll(() => ran, { interval: 1 }).toEqual(['e1', 'e2']);
  expect(hasEnded()).toBe(false);
  await answer();
  await expect.poll(hasEnded, { interval: 1 }).toBe(true);
});
