import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';

import { FROM_SANDBOX, LIVE_AFTER_MS, LIVE_EVERY_MS } from '../wire.ts';
import type { Channel } from './channel.ts';
import type { Execution } from './execution.ts';

/** Tells the supervisor what executions log while they run, if they run for long; see wire.ts. */
export interface LiveLines {
  /** Its guest has written a line, kept or cut. It has the thread, so this is the time to send: no timer comes before it lets go. */
  written(execution: Execution): void;
  /** Its guest is suspended: from now on a timer looks after it until its end. */
  suspended(execution: Execution): void;
}

export function createLiveLines(channel: Channel): LiveLines {
  const suspended = new Set<Execution>();
  let isTicking = false;

  const tellIfDue = (execution: Execution): void => {
    const { n, logs, live } = execution;
    if (live.told === logs.length) return;
    const now = performance.now();
    if (now < live.dueAt || channel.isBacklogged) return;
    channel.send([FROM_SANDBOX.logged, n, logs.slice(live.told)]);
    channel.flush();
    live.told = logs.length;
    live.dueAt = now + LIVE_EVERY_MS;
  };
  const tick = (): void => {
    for (const execution of suspended) {
      if (execution.isOver) suspended.delete(execution);
      else tellIfDue(execution);
    }
    isTicking = suspended.size > 0;
    if (isTicking) setTimeout(tick, LIVE_EVERY_MS);
  };

  return {
    written: tellIfDue,
    suspended(execution) {
      suspended.add(execution);
      if (isTicking) return;
      isTicking = true;
      setTimeout(tick, LIVE_EVERY_MS);
    },
  };
}

/** How far an execution's lines have been told. */
export interface Told {
  /** Lines that have gone out. */
  told: number;
  /** When the next may; `performance.now()`. */
  dueAt: number;
}

/** Of an execution that begins at that time. */
export function nothingTold(startedAt: number): Told {
  return { told: 0, dueAt: startedAt + LIVE_AFTER_MS };
}
