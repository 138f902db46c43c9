import { toJson } from './body.ts';
import { callHost } from './host/call.ts';
import type { Host } from './host/host.ts';
import type { createHttp, Http } from './http.ts';
import type { createKv, Kv } from './kv.ts';
import { createLog, type Log } from './log.ts';

/** The package's configuration for this job. */
export interface Config {
  /** The value, `undefined` where the package grants none of that name. */
  get(name: string): string | undefined;
}

/**
 * Raises a further event of the tenant, by its id in the package. It is enqueued together with the execution's outcome,
 * and only if the job succeeds. Throws a `HostError`, `denied` where the package does not grant it.
 */
export type Emit = (event: string, data: unknown, options?: { key?: string }) => void;

/** What a job may do besides computing. What its package does not grant throws. */
export interface JobContext {
  readonly log: Log;
  readonly config: Config;
  readonly kv: Kv;
  readonly http: Http;
  readonly emit: Emit;
}

/** The parts of a context that a component may be built without, where its job never mentions them. */
export interface Capabilities {
  createKv?: typeof createKv;
  createHttp?: typeof createHttp;
}

export function createContext(host: Host, { createKv, createHttp }: Capabilities): JobContext {
  return {
    log: createLog(host.log),
    config: { get: (name) => host.config.get(name) ?? undefined },
    emit: (event, data, options) => {
      callHost(`emit ${event}`, host.outbox.emit, event, toJson(data), options?.key ?? null);
    },
    ...((createKv && { kv: createKv(host.kv) }) as { kv: Kv }),
    ...((createHttp && { http: createHttp(host.http) }) as { http: Http }),
  };
}
