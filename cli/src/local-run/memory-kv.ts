import type { callKv } from '@jobico/executor/host';
import { JobicoError, LIMITS } from '@jobico/contract';

type TenantKv = Awaited<ReturnType<Parameters<typeof callKv>[2]>>;

/** The buckets of a tenant, in memory: the limits of a value and of a key hold, the tenant's quota does not. */
export interface MemoryKv extends TenantKv {
  /** All of it, as a file of `--kv` has it. */
  toJson(): Record<string, Record<string, unknown>>;
}

/** With the values of a file of `--kv`, by bucket and key: text as it is, `{"base64": …}` as bytes, all else as JSON. */
export function createMemoryKv(initial: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}): MemoryKv {
  const buckets = new Map<string, Map<string, { value: Uint8Array; revision: string }>>();
  let revision = 0;
  const bucketOf = (name: string) => {
    const bucket = buckets.get(name) ?? new Map<string, { value: Uint8Array; revision: string }>();
    buckets.set(name, bucket);
    return bucket;
  };
  const put = (bucket: string, key: string, value: Uint8Array): string => {
    revision += 1;
    bucketOf(bucket).set(key, { value, revision: String(revision) });
    return String(revision);
  };
  for (const [bucket, values] of Object.entries(initial)) {
    for (const [key, value] of Object.entries(values)) put(bucket, key, bytesOf(value));
  }
  return {
    get: (bucket, key) => Promise.resolve(bucketOf(bucket).get(key)),
    async set(bucket, key, value, when) {
      assertSize(key, value);
      const now = bucketOf(bucket).get(key)?.revision;
      const holds = when.kind === 'always' || now === (when.kind === 'absent' ? undefined : when.revision);
      if (holds) return await Promise.resolve(put(bucket, key, value));
      throw new JobicoError('conflict', 'the key has changed', {
        details: now === undefined ? {} : { revision: now },
      });
    },
    async delete(bucket, key) {
      await Promise.resolve(bucketOf(bucket).delete(key));
    },
    keys: (bucket, prefix) =>
      Promise.resolve(
        [...bucketOf(bucket).keys()].filter((key) => key.startsWith(prefix)).slice(0, LIMITS.kvKeysListed),
      ),
    toJson: () =>
      Object.fromEntries(
        [...buckets].map(([name, values]) => [
          name,
          Object.fromEntries([...values].map(([key, { value }]) => [key, jsonOf(value)])),
        ]),
      ),
  };
}

function assertSize(key: string, value: Uint8Array): void {
  if (Buffer.byteLength(key) > LIMITS.kvKeyBytes)
    throw new JobicoError('too-large', `the key is larger than ${LIMITS.kvKeyBytes} bytes`);
  if (value.length > LIMITS.kvValueBytes)
    throw new JobicoError('too-large', `the value is larger than ${LIMITS.kvValueBytes} bytes`);
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  const { base64 } = (value ?? {}) as { base64?: unknown };
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(JSON.stringify(value));
}

function jsonOf(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return { base64: Buffer.from(bytes).toString('base64') };
  try {
    const value: unknown = JSON.parse(text);
    // What is text in the file stays text: only what would come back the same is shown as JSON.
    return typeof value === 'object' && JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}
