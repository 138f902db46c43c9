import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

import { FROM_SANDBOX } from '../wire.ts';
import type { EventTuple, RunMessage } from '../wire.ts';
import type { Channel } from './channel.ts';
import { createExecution } from './execution.ts';
import type { Execution } from './execution.ts';
import type { Resumption } from './host-calls.ts';
import type { Instance } from './instance.ts';
import { createLanes } from './lanes.ts';
import type { Lane } from './lanes.ts';
import { endingOf, endingOfError, SKIPPED, statusNumber } from './outcome.ts';
import type { Ending } from './outcome.ts';
import type { Pool } from './pool.ts';
import type { Turn } from './turn.ts';

const now = Date.now;

/** Outcomes of quick events go out together, but not later than this. */
const LONGEST_SILENCE_MS = 0.5;

interface Item {
  readonly event: EventTuple;
  readonly pool: ComponentPool;
}

export type ComponentPool = Pool<Lane<Item>>;

export interface Runner {
  run(message: RunMessage, poolOf: (component: number) => ComponentPool): void;
  readonly resume: (resumption: Resumption) => void;
}

/**
 * Runs events: lanes side by side, a lane's events one after the other. A guest is entered (started or resumed) one at
 * a time and marked before, so that the supervisor knows whose code runs when nothing comes back any more.
 */
export function createRunner(channel: Channel, turn: Turn): Runner {
  const lanes = createLanes<Item>();
  const ready: Lane<Item>[] = [];
  const resumptions: Resumption[] = [];
  let isScheduled = false;

  const schedule = (how: (callback: () => void) => void): void => {
    if (isScheduled) return;
    isScheduled = true;
    how(() => {
      isScheduled = false;
      pump();
    });
  };

  const pump = (): void => {
    while (resumptions.length > 0 || ready.length > 0) {
      if (channel.isBacklogged) return schedule(channel.whenDrained);
      if (enterNext() === 'suspendable') return schedule(setImmediate);
    }
    turn.leave();
    return channel.flush();
  };

  const enterNext = (): 'suspendable' | 'done' => {
    const resumption = resumptions.shift();
    if (resumption?.execution.isOver === false) {
      announce(resumption.execution.n, 0);
      resumption.resume();
      return 'suspendable';
    }
    const lane = resumption === undefined ? ready.shift() : undefined;
    return lane === undefined ? 'done' : advance(lane);
  };

  /** `usualMs` is how long the guest will keep the thread, most likely: what lies here must not wait that long. */
  const announce = (n: number, usualMs: number): void => {
    channel.send([FROM_SANDBOX.entered, n]);
    if (channel.silentMs() + usualMs > LONGEST_SILENCE_MS) channel.flush();
    turn.enter(n);
  };

  const advance = (lane: Lane<Item>): 'suspendable' | 'done' => {
    const [item] = lane.waiting;
    if (item === undefined) {
      lane.isBusy = false;
      lanes.tidy(lane);
      return 'done';
    }
    if (!lane.isBroken && !item.pool.hasRoom) {
      item.pool.waiting.push(lane);
      return 'done';
    }
    lane.waiting.shift();
    if (!lane.isBroken) return start(lane, item);
    channel.send([FROM_SANDBOX.done, item.event[0], statusNumber(SKIPPED.status), null, [], 0, now(), 0, 0]);
    ready.push(lane);
    return 'done';
  };

  const start = (lane: Lane<Item>, { event, pool }: Item): 'suspendable' | 'done' => {
    const { component } = pool;
    const execution = createExecution(event, component.limits);
    const startedAt = now();
    const enteredAt = performance.now();
    let instance: Instance | undefined;
    const finish = (end: () => Ending): void => {
      // The last of its output belongs to the event, and to what is said of it.
      instance?.release();
      const ending = end();
      execution.isOver = true;
      pool.giveBack(instance, ending.status !== 'trap');
      if (ending.status !== 'ok') lane.isBroken = true;
      const durationMs = performance.now() - enteredAt;
      pool.took(durationMs);
      channel.send(doneMessage(execution, ending, startedAt, durationMs, instance?.memoryBytes ?? 0));
      ready.push(lane);
      const next = pool.waiting.shift();
      if (next !== undefined) ready.push(next);
    };
    const succeed = (result: unknown): void => finish(() => endingOf(result, component.limits.resultBytes));
    const fail = (error: unknown): void => finish(() => endingOfError(error, execution.lastWords));
    announce(execution.n, pool.usualMs);
    let result: unknown;
    try {
      instance = pool.take(execution);
      result = instance.handle(execution, toRecord(event));
    } catch (error) {
      fail(error);
      return 'done';
    }
    if (component.mode === 'sync') {
      succeed(result);
      return 'done';
    }
    void Promise.resolve(result)
      .then(succeed, fail)
      .then(() => schedule(setImmediate));
    return 'suspendable';
  };

  return {
    run([, forgotten, ...events], poolOf) {
      lanes.forget(forgotten);
      for (const event of events) {
        const lane = lanes.of(event[1]);
        lane.waiting.push({ event, pool: poolOf(event[2]) });
        if (lane.isBusy) continue;
        lane.isBusy = true;
        ready.push(lane);
      }
      if (!isScheduled) pump();
    },
    resume(resumption) {
      resumptions.push(resumption);
      if (!isScheduled) pump();
    },
  };
}

/** The event as the record of the WIT; `none` is undefined. */
function toRecord([, , , id, tenant, name, key, time, attempt, data]: EventTuple): object {
  return { id, tenant, name, key: key ?? undefined, time, attempt, data };
}

function doneMessage(
  { n, logs, linesCut }: Execution,
  { status, text }: Ending,
  startedAt: number,
  durationMs: number,
  memoryBytes: number,
) {
  const message = [n, statusNumber(status), text, logs, linesCut, startedAt, durationMs, memoryBytes] as const;
  return [FROM_SANDBOX.done, ...message] as [typeof FROM_SANDBOX.done, ...typeof message];
}
