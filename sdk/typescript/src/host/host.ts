/**
 * What a job's component imports of its executor, function for function as in wit/job.wit. Inside a component the
 * engine gives `null` for an absent option, so both `null` and `undefined` are taken. A failing function throws an error
 * whose `payload` is the WIT error, `{ tag, val }`.
 */
export interface Host {
  log: { write: (level: LogLevel, message: string) => void };
  config: { get: (name: string) => string | null | undefined };
  kv: HostKv;
  http: { send: (request: HostRequest) => HostResponse };
  outbox: { emit: (event: string, data: string, key: string | null) => void };
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface HostKv {
  get: (bucket: string, key: string) => HostEntry | null | undefined;
  set: (bucket: string, key: string, value: Uint8Array, when: HostCondition) => string;
  delete: (bucket: string, key: string) => void;
  keys: (bucket: string, prefix: string) => string[];
}

export interface HostEntry {
  value: Uint8Array;
  revision: string;
}

export type HostCondition = { tag: 'always' } | { tag: 'if-absent' } | { tag: 'if-revision'; val: string };

export interface HostRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
  timeoutMs: number | null;
}

export interface HostResponse {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

/** The event as the executor hands it over; `data` is JSON text. */
export interface HostEvent {
  id: string;
  tenant: string;
  name: string;
  key?: string | null;
  time: string;
  attempt: number;
  data: string;
}

/** How a handler says that it failed: it throws this. */
export type HostFailure = { tag: 'retry'; val: string } | { tag: 'permanent'; val: string };
