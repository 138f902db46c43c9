import type { HostAnswer, HostCall } from '@jobico/component';
import type { GrantDefinition } from '@jobico/contract';

type KvCall = Extract<HostCall, { kind: `kv.${string}` }>;

/** The buckets of a tenant, in memory; what a grant does not name is denied. */
export interface MemoryKv {
  answer(call: KvCall, grant: GrantDefinition): HostAnswer;
  /** A value as JSON. */
  json(bucket: string, key: string): unknown;
}

export function createMemoryKv(): MemoryKv {
  const values = new Map<string, { value: Uint8Array; revision: string }>();
  let revision = 0;
  const pathOf = (bucket: string, key: string): string => `${bucket}/${key}`;

  const perform = (call: KvCall): HostAnswer => {
    if (call.kind === 'kv.keys') {
      const prefix = pathOf(call.args.bucket, call.args.prefix);
      const found = [...values.keys()].filter((path) => path.startsWith(prefix));
      return { ok: true, value: found.map((path) => path.slice(call.args.bucket.length + 1)) };
    }
    const path = pathOf(call.args.bucket, call.args.key);
    if (call.kind === 'kv.get') return { ok: true, value: values.get(path) };
    if (call.kind === 'kv.delete') return { ok: true, value: void values.delete(path) };
    const { value, when } = call.args;
    const now = values.get(path)?.revision;
    const holds = when.tag === 'always' || (when.tag === 'if-absent' ? now === undefined : now === when.val);
    if (!holds) return { ok: false, error: { tag: 'conflict', val: now } };
    revision += 1;
    values.set(path, { value, revision: String(revision) });
    return { ok: true, value: String(revision) };
  };

  return {
    answer: (call, grant) => {
      const granted = grant.kv?.find(({ bucket }) => bucket === call.args.bucket);
      const isWrite = call.kind === 'kv.set' || call.kind === 'kv.delete';
      const isAllowed = granted && (!isWrite || granted.access === 'write');
      return isAllowed ? perform(call) : { ok: false, error: { tag: 'denied', val: call.args.bucket } };
    },
    json: (bucket, key) => {
      const entry = values.get(pathOf(bucket, key));
      return entry && JSON.parse(new TextDecoder().decode(entry.value));
    },
  };
}
