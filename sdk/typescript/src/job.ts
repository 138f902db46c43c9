import type { JobContext } from './context.ts';

/** One event, as delivered to a job. */
export interface JobEvent<Data = unknown> {
  /** Unique within the tenant; the same on every attempt. */
  readonly id: string;
  readonly tenant: string;
  /** The event's id in the package, e.g. `order-placed`. */
  readonly name: string;
  /** The ordering key, where the queue has one. */
  readonly key: string | undefined;
  /** When the platform accepted the event, RFC 3339 in UTC. */
  readonly time: string;
  /** 1 on the first delivery. */
  readonly attempt: number;
  /** What the event says, valid against its schema. */
  readonly data: Data;
}

/**
 * Handles one event. What it returns, or its promise settles to, is the execution's result and the data of the event on
 * the job's `ok` route; `undefined` is no result. What it throws decides what happens next: `PermanentError` ends the
 * event, anything else is tried again.
 */
export type JobFunction<Data, Result> = (event: JobEvent<Data>, context: JobContext) => Result | PromiseLike<Result>;

export interface JobDefinition<Data, Result> {
  run: JobFunction<Data, Result>;
  /**
   * Makes the data of the event's JSON text. Default `JSON.parse`, which rounds integers beyond 2^53. What it throws
   * is permanent: the text does not change between attempts.
   */
  parse?: (json: string) => Data;
}

/** A job, ready to be built: a module exports it as `handler`. */
export interface Job<Data = unknown, Result = unknown> {
  readonly run: JobFunction<Data, Result>;
  readonly parse: (json: string) => Data;
}

/**
 * Defines a job. Its module exports it by the name `handler`:
 *
 * ```ts
 * export const handler = defineJob<Order, Receipt>(({ data }, { log }) => { … });
 * ```
 */
export function defineJob<Data = unknown, Result = unknown>(
  job: JobFunction<Data, Result> | JobDefinition<Data, Result>,
): Job<Data, Result> {
  const { run, parse } = typeof job === 'function' ? { run: job } : job;
  if (typeof run !== 'function') throw new TypeError('defineJob takes a function, or an object with a function `run`');
  return { run, parse: parse ?? ((json) => JSON.parse(json) as Data) };
}

/** Whether a module's export came from {@link defineJob}. */
export function isJob(value: unknown): value is Job {
  if (typeof value !== 'object' || value === null) return false;
  return 'run' in value && typeof value.run === 'function' && 'parse' in value && typeof value.parse === 'function';
}
