import { JobicoError, LIMITS } from '@jobico/contract';
import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import { bucketKeys } from '../reading/last-messages.ts';
import { tenantBucket } from '../subjects.ts';
import { isWrongSequence } from '../reading/wrong-sequence.ts';

export interface TenantKvEntry {
  value: Uint8Array;
  /** Changes with every write of the key. */
  revision: string;
}

/** When a write may happen. */
export type WriteCondition = { kind: 'always' } | { kind: 'absent' } | { kind: 'revision'; revision: string };

/** A tenant's key-value data. A bucket of the package is a prefix of the keys in `kv_<tenant>`. */
export interface TenantKv {
  get(bucket: string, key: string): Promise<TenantKvEntry | undefined>;
  /**
   * Answers the new revision. Throws `conflict` when the condition does not hold, with `details: { revision? }` of what is
   * there; `too-large`; `limit-exceeded` when the tenant's quota is used up.
   */
  set(bucket: string, key: string, value: Uint8Array, when: WriteCondition): Promise<string>;
  delete(bucket: string, key: string): Promise<void>;
  /** Keys of the bucket that start with the prefix, at most `LIMITS.kvKeysListed`. */
  keys(bucket: string, prefix: string): Promise<string[]>;
}

/** The same for whoever looks after the data: jobs see one bucket at a time. */
export interface TenantKvStore extends TenantKv {
  /** Every key of every bucket, or of one, in their order. */
  list(bucket?: string): Promise<{ bucket: string; key: string }[]>;
}

export async function openTenantKv(nats: Nats, tenant: string): Promise<TenantKvStore> {
  // The quota is set aside on disk for each tenant that uses its store.
  const store = await new Kvm(nats.js).create(tenantBucket(tenant), { history: 1, max_bytes: LIMITS.kvTenantBytes });

  const currentRevision = async (path: string) => {
    const entry = await store.get(path);
    return entry?.operation === 'PUT' ? entry.revision : undefined;
  };

  return {
    async get(bucket, key) {
      const entry = await call(() => store.get(pathOf(bucket, key)));
      return entry?.operation === 'PUT' ? { value: entry.value, revision: String(entry.revision) } : undefined;
    },
    async set(bucket, key, value, when) {
      const path = pathOf(bucket, key);
      if (value.byteLength > LIMITS.kvValueBytes)
        throw new JobicoError('too-large', `the value is larger than ${LIMITS.kvValueBytes} bytes`);
      try {
        return String(await write(store, path, value, when));
      } catch (error) {
        if (!isWrongSequence(error)) throw quotaOr(error);
        const revision = await call(() => currentRevision(path));
        throw new JobicoError('conflict', `the condition of the write does not hold for ${key}`, {
          details: revision === undefined ? {} : { revision: String(revision) },
          cause: error,
        });
      }
    },
    async delete(bucket, key) {
      await call(() => store.delete(pathOf(bucket, key)));
    },
    async list(bucket = '*') {
      const found: { bucket: string; key: string }[] = [];
      await call(async () => {
        for await (const path of bucketKeys(nats, tenantBucket(tenant), `${bucket}.*`)) {
          const dot = path.indexOf('.');
          found.push({ bucket: path.slice(0, dot), key: decodeKey(path.slice(dot + 1)) });
        }
      });
      return found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    },
    async keys(bucket, prefix) {
      return await call(() => listKeys(nats, tenant, bucket, prefix));
    },
  };
}

const placeOf = ({ bucket, key }: { bucket: string; key: string }) => `${bucket}/${key}`;

/** The data of a tenant, if there is any: to look must set nothing aside. */
export async function findTenantKv(nats: Nats, tenant: string): Promise<TenantKvStore | undefined> {
  try {
    await nats.jsm.streams.info(`KV_${tenantBucket(tenant)}`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, 'the key-value store did not answer');
  }
  return await openTenantKv(nats, tenant);
}

/** Keys may be any text; what a subject token cannot hold is encoded as `=xx` of its UTF-8 bytes. */
function pathOf(bucket: string, key: string): string {
  if (key.length === 0) throw new JobicoError('bad-request', 'the key is empty');
  if (Buffer.byteLength(key) > LIMITS.kvKeyBytes)
    throw new JobicoError('too-large', `the key is longer than ${LIMITS.kvKeyBytes} bytes`);
  return `${bucket}.${encodeKey(key)}`;
}

const encodeKey = (key: string) =>
  key.replaceAll(/[^A-Za-z0-9_-]/gu, (character) => Buffer.from(character).toString('hex').replaceAll(/../g, '=$&'));

const decodeKey = (token: string) => decodeURIComponent(token.replaceAll(/=([0-9a-f]{2})/g, '%$1'));

async function write(store: KV, path: string, value: Uint8Array, when: WriteCondition): Promise<number> {
  switch (when.kind) {
    case 'always':
      return await store.put(path, value);
    case 'absent':
      return await store.create(path, value);
    case 'revision': {
      const revision = Number(when.revision);
      if (!Number.isSafeInteger(revision) || revision < 1)
        throw new JobicoError('conflict', 'the revision is none of ours', { details: {} });
      return await store.update(path, value, revision);
    }
  }
}

async function listKeys(nats: Nats, tenant: string, bucket: string, prefix: string): Promise<string[]> {
  const keyOf = (path: string) => decodeKey(path.slice(bucket.length + 1));
  const isMeant = (path: string) => keyOf(path).startsWith(prefix);
  const found: string[] = [];
  for await (const path of bucketKeys(nats, tenantBucket(tenant), `${bucket}.*`, isMeant)) {
    found.push(keyOf(path));
    if (found.length >= LIMITS.kvKeysListed) break;
  }
  return found;
}

function quotaOr(error: unknown): JobicoError {
  if (error instanceof JetStreamApiError && /maximum bytes/.test(error.message)) {
    return new JobicoError('limit-exceeded', "the tenant's key-value quota is used up", { cause: error });
  }
  return asUnavailable(error, 'the key-value store did not answer');
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error, 'the key-value store did not answer');
  }
}
