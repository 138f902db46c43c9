import { randomFillSync } from 'node:crypto';
import { hrtime } from 'node:process';

import { createWasi } from '../../wasi/wasi.ts';
import type { LogLevel } from '../wire.ts';
import type { Execution } from './execution.ts';
import type { Answer, HostCalls } from './host-calls.ts';
import { createLineBuffer } from './text-lines.ts';

/** What an instance imports. */
export type Imports = Record<string, Record<string, unknown>>;

export interface InstanceHost {
  /** The event that the instance works on; undefined between events and while it starts. */
  readonly execution: () => Execution | undefined;
  readonly config: ReadonlyMap<string, string | { readonly absent: string }>;
  readonly mode: 'sync' | 'jspi';
  readonly calls: HostCalls;
}

/** The world `jobico:job/job` and the safe part of WASI for one instance, and how to end its lines of output. */
export function createImports(host: InstanceHost): { imports: Imports; flushOutput: () => void } {
  const log = (level: LogLevel, message: string): void => host.execution()?.log(level, message);
  const stdout = createLineBuffer('info', log);
  const stderr = createLineBuffer('warn', (level, line) => {
    log(level, line);
    host.execution()?.lastWords.push(line);
  });
  const suspend = (milliseconds: number): void | Promise<void> => {
    const execution = host.execution();
    return execution === undefined ? block(milliseconds) : host.calls.sleep(execution, milliseconds);
  };
  const imports = {
    'jobico:job/types': {},
    'jobico:job/log': { write: log },
    'jobico:job/config': { get: (name: string) => present(host.config.get(name)) },
    ...(host.mode === 'jspi' ? grantedInterfaces(host) : deniedInterfaces()),
    ...createWasi({
      time: { monotonic: () => hrtime.bigint(), wall: () => Date.now(), sleep: host.mode === 'jspi' ? suspend : block },
      stdout: stdout.write,
      stderr: stderr.write,
      random: (bytes) => void randomFillSync(bytes),
    }),
  };
  const flushOutput = (): void => {
    stdout.flush();
    stderr.flush();
  };
  return { imports, flushOutput };
}

function present(value: string | { readonly absent: string } | undefined): string | undefined {
  if (typeof value === 'object') throw new Error(value.absent);
  return value;
}

/** Taken before the global scope is emptied. */
const wait = Atomics.wait.bind(Atomics);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function block(milliseconds: number): void {
  wait(sleeper, 0, 0, milliseconds);
}

/** A job that was granted neither is not suspended; a call that it makes all the same is denied at once. */
function deniedInterfaces(): Imports {
  const denied = (): never => {
    throw { tag: 'denied', val: 'the package grants nothing of the kind to this job' };
  };
  return {
    'jobico:job/kv': { get: denied, set: denied, delete: denied, keys: denied },
    'jobico:job/http': { send: denied },
    'jobico:job/outbox': { emit: denied },
  };
}

interface GuestRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | undefined;
  timeoutMs: number | undefined;
}

function grantedInterfaces({ execution, calls }: InstanceHost): Imports {
  const call: (
    ...args: Parameters<HostCalls['call']> extends [unknown, ...infer Rest] ? Rest : never
  ) => Promise<Answer> = (kind, args, bytes) => {
    const current = execution();
    if (current === undefined) throw new Error('a host function was called outside of an event');
    return calls.call(current, kind, args, bytes);
  };
  return {
    'jobico:job/kv': {
      get: (bucket: string, key: string) => call('kv.get', [bucket, key]).then(toEntry),
      set: (bucket: string, key: string, value: Uint8Array, when: { tag: string; val?: string }) =>
        call('kv.set', [bucket, key, when.tag, when.val ?? null], value).then(({ value: revision }) => revision),
      delete: (bucket: string, key: string) => call('kv.delete', [bucket, key]).then(() => undefined),
      keys: (bucket: string, prefix: string) => call('kv.keys', [bucket, prefix]).then(({ value }) => value),
    },
    'jobico:job/http': {
      send: ({ method, url, headers, body, timeoutMs }: GuestRequest) =>
        call('http.send', [method, url, headers, body !== undefined, timeoutMs ?? null], body).then(toResponse),
    },
    'jobico:job/outbox': {
      emit: (event: string, data: string, key: string | undefined) =>
        call('outbox.emit', [event, data, key ?? null]).then(() => undefined),
    },
  };
}

function toEntry({ value, bytes }: Answer): object | undefined {
  return value === null ? undefined : { value: bytes, revision: value };
}

function toResponse({ value, bytes }: Answer): object {
  const [status, headers] = value as [number, [string, string][]];
  return { status, headers, body: bytes };
}
