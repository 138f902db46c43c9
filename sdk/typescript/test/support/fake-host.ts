import type { Host, HostEntry } from '../../src/host/host.ts';

/** A host in memory, with what it was told. Buckets other than those given are denied. */
export interface FakeHost extends Host {
  lines: [level: string, message: string][];
  emitted: [event: string, data: string, key: string | null][];
  requests: Parameters<Host['http']['send']>[0][];
  values: Map<string, HostEntry>;
}

/** An error as the engine throws it for a WIT error. */
export function refusal(tag: string, val?: string | null): Error {
  return Object.assign(new Error('[object Object] (see error.payload)'), { payload: { tag, val } });
}

export function createFakeHost(given: { config?: Record<string, string>; bucket?: string } = {}): FakeHost {
  const values = new Map<string, HostEntry>();
  let revision = 0;
  const check = (bucket: string): void => {
    if (bucket !== given.bucket) throw refusal('denied', bucket);
  };
  const host: FakeHost = {
    lines: [],
    emitted: [],
    requests: [],
    values,
    log: { write: (...line) => void host.lines.push(line) },
    config: { get: (name) => given.config?.[name] ?? null },
    outbox: { emit: (...event) => void host.emitted.push(event) },
    http: {
      send: (request) => {
        host.requests.push(request);
        return { status: 204, headers: [], body: new Uint8Array() };
      },
    },
    kv: {
      get: (bucket, key) => {
        check(bucket);
        return values.get(key) ?? null;
      },
      set: (bucket, key, value, when) => {
        check(bucket);
        const now = values.get(key)?.revision;
        const holds = when.tag === 'always' || (when.tag === 'if-absent' ? now === undefined : now === when.val);
        if (!holds) throw refusal('conflict', now ?? null);
        revision += 1;
        values.set(key, { value, revision: String(revision) });
        return String(revision);
      },
      delete: (bucket, key) => {
        check(bucket);
        values.delete(key);
      },
      keys: (bucket, prefix) => {
        check(bucket);
        return [...values.keys()].filter((key) => key.startsWith(prefix));
      },
    },
  };
  return host;
}
