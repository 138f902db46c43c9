import type { Capabilities } from '../context.ts';
import { createHandler, isThenable, toFailure, type Handler } from '../handler.ts';
import type { HostEvent } from '../host/host.ts';
import { isJob } from '../job.ts';
import { current } from './current-event.ts';
import { host } from './imports.ts';
import { clear, drain, isIdle, unhandled } from './microtasks.ts';

/**
 * The `handler` of the component, from what the job's module exports by that name: a job, or an object that handles the
 * executor's own events, `{ handle(event) }`.
 */
export function toHandler(exported: unknown, capabilities: Capabilities): { handle(event: HostEvent): unknown } {
  const handler = isJob(exported) ? createHandler(exported, host, capabilities) : (exported as Handler | undefined);
  if (typeof handler?.handle !== 'function') throw new TypeError('the export `handler` is not what defineJob returns');
  return {
    handle: (event) => {
      if (!isIdle()) clear();
      current.event = event;
      const returned = handler.handle(event);
      return isIdle() && !isThenable(returned) ? returned : settle(returned);
    },
  };
}

/**
 * Runs every promise that a handler left behind to its end; nothing can come from outside that would settle one later.
 * One that nobody waits for must not fail either, as in any JavaScript program.
 */
function settle(returned: unknown): unknown {
  let outcome: { isOk: boolean; value: unknown } | undefined;
  const keep = (isOk: boolean) => (value: unknown) => {
    outcome = { isOk, value };
  };
  if (isThenable(returned)) void returned.then(keep(true), keep(false));
  else keep(true)(returned);
  drain();
  if (outcome?.isOk === false) throw outcome.value;
  for (const reason of unhandled.values()) throw toFailure(reason);
  if (!outcome) throw toFailure(new Error('the promise never settles: a component has no timers to wait for'));
  return outcome.value;
}
