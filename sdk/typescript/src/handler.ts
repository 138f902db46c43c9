import { createContext, type Capabilities } from './context.ts';
import { PermanentError, RetryError } from './errors.ts';
import type { Host, HostEvent, HostFailure } from './host/host.ts';
import type { Job } from './job.ts';
import { show } from './log.ts';

/**
 * What a component exports as `jobico:job/handler`. Returns JSON text or nothing, or throws a {@link HostFailure}; may
 * leave the same to a promise, for the caller to settle.
 */
export interface Handler {
  handle(event: HostEvent): string | undefined | PromiseLike<string | undefined>;
}

/** Joins a job to a host. */
export function createHandler<Data>(job: Job<Data>, host: Host, capabilities: Capabilities): Handler {
  const context = createContext(host, capabilities);
  return {
    handle: (event) => {
      try {
        const data = parse(job, event.data);
        const returned = job.run({ ...event, key: event.key ?? undefined, data }, context);
        return isThenable(returned) ? returned.then(toResult).then(undefined, fail) : toResult(returned);
      } catch (error) {
        return fail(error);
      }
    },
  };
}

function parse<Data>(job: Job<Data>, text: string): Data {
  try {
    return job.parse(text);
  } catch (cause) {
    throw new PermanentError(`the event's data cannot be read: ${show(cause)}`, { cause });
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Never a trap: whatever a job throws leaves the component as a failure that its contract declares. */
export function toFailure(error: unknown): HostFailure {
  const isMeant = error instanceof PermanentError || error instanceof RetryError;
  const val = (isMeant ? error.message : show(error)).toWellFormed();
  return { tag: error instanceof PermanentError ? 'permanent' : 'retry', val };
}

function fail(error: unknown): never {
  // oxlint-disable-next-line only-throw-error -- the engine takes a declared failure as the thrown value itself
  throw toFailure(error);
}

const toResult = (value: unknown): string | undefined => JSON.stringify(value);
