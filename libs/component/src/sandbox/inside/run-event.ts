import { performance } from 'node:perf_hooks';

import { FROM_SANDBOX } from '../wire.ts';
import type { DoneMessage, EventTuple } from '../wire.ts';
import { createExecution } from './execution.ts';
import type { Execution } from './execution.ts';
import type { Instance } from './instance.ts';
import type { LiveLines } from './live-lines.ts';
import { endingOf, endingOfError, placed, SKIPPED, statusNumber } from './outcome.ts';
import type { Ending } from './outcome.ts';
import type { Pool } from './pool.ts';

const now = Date.now;

/** What an event has come to, and whether those after it in its lane may run. */
export type OnEnd = (message: DoneMessage, isOk: boolean) => void;

/**
 * Hands an event to an instance of its component. `onEnd` is called once: before this returns, or, where the guest can
 * be suspended, some time later; the result says which.
 */
export function runEvent(
  event: EventTuple,
  pool: Pool<unknown>,
  liveLines: LiveLines,
  onEnd: OnEnd,
): 'suspendable' | 'done' {
  const { component } = pool;
  const startedAt = now();
  const enteredAt = performance.now();
  const execution = createExecution(event, component, enteredAt, liveLines);
  let instance: Instance | undefined;
  const finish = (end: () => Ending): void => {
    // The last of its output belongs to the event, and to what is said of it.
    instance?.release();
    const ending = placed(end(), component.places);
    execution.isOver = true;
    pool.giveBack(instance, ending.status !== 'trap');
    const durationMs = performance.now() - enteredAt;
    pool.took(durationMs);
    const memoryBytes = instance?.memoryBytes ?? 0;
    onEnd(doneMessage(execution, ending, { startedAt, durationMs, memoryBytes }), ending.status === 'ok');
  };
  const succeed = (result: unknown): void => finish(() => endingOf(result, component.limits.resultBytes));
  const fail = (error: unknown): void => finish(() => endingOfError(error, execution.lastWords));
  let result: unknown;
  try {
    instance = pool.take(execution);
    result = instance.handle(execution, toRecord(event));
  } catch (error) {
    fail(error);
    return 'done';
  }
  if (component.mode === 'jspi') {
    void Promise.resolve(result).then(succeed, fail);
    return 'suspendable';
  }
  succeed(result);
  return 'done';
}

/** For an event that may not run any more. */
export function skippedMessage([n]: EventTuple): DoneMessage {
  const usage = { startedAt: now(), durationMs: 0, memoryBytes: 0 };
  return doneMessage({ n, logs: [], linesCut: 0 }, SKIPPED, usage);
}

/** The event as the record of the WIT; `none` is undefined. */
function toRecord([, , , id, tenant, name, key, time, attempt, data]: EventTuple): object {
  return { id, tenant, name, key: key ?? undefined, time, attempt, data };
}

function doneMessage(
  { n, logs, linesCut }: Pick<Execution, 'n' | 'logs' | 'linesCut'>,
  { status, text }: Ending,
  { startedAt, durationMs, memoryBytes }: { startedAt: number; durationMs: number; memoryBytes: number },
): DoneMessage {
  return [FROM_SANDBOX.done, n, statusNumber(status), text, logs, linesCut, startedAt, durationMs, memoryBytes];
}
