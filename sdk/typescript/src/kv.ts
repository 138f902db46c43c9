import { createBody, toJson, type Body } from './body.ts';
import { HostError } from './errors.ts';
import { callHost } from './host/call.ts';
import type { Host } from './host/host.ts';
import { toBytes } from './text.ts';

/** One value of a bucket, as it was read. */
export interface KvEntry extends Body {
  /** Changes with every write of the key; give it to `ifRevision` to write only if nobody else did. */
  readonly revision: string;
}

/** When a write may happen; always, if left out. A write that may not throws a `HostError` with code `conflict`. */
export type KvCondition = { ifAbsent: true } | { ifRevision: string };

/** A bucket of the tenant. Every function throws a `HostError`, `denied` where the package does not grant it. */
export interface KvBucket {
  /** The value of a key, `undefined` where there is none. */
  get(key: string): KvEntry | undefined;
  /** Sets a value, text as UTF-8, and returns its new revision. */
  set(key: string, value: string | Uint8Array, when?: KvCondition): string;
  /** Sets a value as JSON and returns its new revision. */
  setJson(key: string, value: unknown, when?: KvCondition): string;
  /**
   * Reads a key as JSON, sets what `change` makes of it, and begins again where another execution was faster. Returns
   * what was set. Throws the `conflict` of the tenth time.
   */
  update<T>(key: string, change: (current: T | undefined) => T): T;
  delete(key: string): void;
  /** The keys that start with `prefix` (default: all), in no particular order. */
  keys(prefix?: string): string[];
}

export interface Kv {
  bucket(name: string): KvBucket;
}

const ATTEMPTS = 10;

export function createKv(host: Host['kv']): Kv {
  return { bucket: (name) => createBucket(host, name) };
}

function createBucket(host: Host['kv'], name: string): KvBucket {
  const what = (key: string) => `kv ${name}/${key}`;
  const bucket: KvBucket = {
    get: (key) => {
      const entry = callHost(what(key), host.get, name, key);
      return entry ? { ...createBody(entry.value), revision: entry.revision } : undefined;
    },
    set: (key, value, when) => {
      const bytes = typeof value === 'string' ? toBytes(value) : value;
      return callHost(what(key), host.set, name, key, bytes, toCondition(when));
    },
    setJson: (key, value, when) => bucket.set(key, toJson(value), when),
    update: (key, change) => update(bucket, key, change, ATTEMPTS),
    delete: (key) => callHost(what(key), host.delete, name, key),
    keys: (prefix = '') => callHost(what(prefix), host.keys, name, prefix),
  };
  return bucket;
}

function update<T>(bucket: KvBucket, key: string, change: (current: T | undefined) => T, attempts: number): T {
  const entry = bucket.get(key);
  const next = change(entry?.json<T>());
  try {
    bucket.setJson(key, next, entry ? { ifRevision: entry.revision } : { ifAbsent: true });
    return next;
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'conflict' || attempts === 1) throw error;
    return update(bucket, key, change, attempts - 1);
  }
}

function toCondition(when: KvCondition | undefined): Parameters<Host['kv']['set']>[3] {
  if (!when) return { tag: 'always' };
  return 'ifRevision' in when ? { tag: 'if-revision', val: when.ifRevision } : { tag: 'if-absent' };
}
