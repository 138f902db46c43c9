import { JobicoError, LIMITS, type OperationInput } from '@jobico/contract';
import { findTenantKv, openTenantKv, type DefinitionStore, type Nats, type WriteCondition } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

type KvHandlers = Pick<Handlers, 'kv.list' | 'kv.get' | 'kv.put' | 'kv.delete'>;

const DEFAULT_LIMIT = 50;

export function createKvHandlers({ nats, store }: { nats: Nats; store: DefinitionStore }): KvHandlers {
  return {
    async 'kv.list'({ tenant, bucket, prefix = '', limit = DEFAULT_LIMIT, after }) {
      const kv = await findTenantKv(nats, tenant);
      const all = kv ? await kv.list(bucket) : [];
      const place = (each: { bucket: string; key: string }) => `${each.bucket}/${each.key}`;
      const rest = all.filter((each) => each.key.startsWith(prefix) && (after === undefined || place(each) > after));
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      return { items, ...(rest.length > items.length && last && { next: place(last) }) };
    },
    async 'kv.get'({ tenant, bucket, key }) {
      const entry = await (await findTenantKv(nats, tenant))?.get(bucket, key);
      if (!entry) throw noSuchKey(tenant, bucket, key);
      return { bucket, key, ...shownAs(entry.value), revision: entry.revision };
    },
    async 'kv.put'({ tenant, bucket, key, ...input }) {
      const value = bytesOf(input);
      const when = conditionOf(input);
      const tenants = await store.tenants();
      // A bucket sets room aside on disk: not for whoever is named by mistake.
      if (!tenants.some(({ id }) => id === tenant)) {
        throw new JobicoError('not-found', `there is no tenant ${tenant}`, {
          hint: 'A deploy makes the tenant of its package.',
        });
      }
      const kv = await openTenantKv(nats, tenant);
      return { bucket, key, revision: await kv.set(bucket, key, value, when) };
    },
    async 'kv.delete'({ tenant, bucket, key }) {
      const kv = await findTenantKv(nats, tenant);
      const deleted = (await kv?.get(bucket, key)) !== undefined;
      if (deleted) await kv?.delete(bucket, key);
      return { bucket, key, deleted };
    },
  };
}

function noSuchKey(tenant: string, bucket: string, key: string): JobicoError {
  return new JobicoError('not-found', `bucket ${bucket} of tenant ${tenant} has no key ${key}`, {
    hint: `jobico kv list --bucket ${bucket} shows those that there are.`,
  });
}

function shownAs(value: Uint8Array): { value: string; encoding: 'utf8' | 'base64' } {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value), encoding: 'utf8' };
  } catch {
    return { value: Buffer.from(value).toString('base64'), encoding: 'base64' };
  }
}

type Put = Pick<OperationInput<'kv.put'>, 'value' | 'encoding' | 'ifRevision' | 'ifAbsent'>;

function bytesOf({ value, encoding = 'utf8' }: Put): Uint8Array {
  const bytes = Buffer.from(value, encoding);
  if (encoding === 'base64' && bytes.toString('base64') !== value) {
    throw new JobicoError('invalid', 'kv.put: value is not base64', {
      faults: [{ path: '/value', message: 'is not base64' }],
    });
  }
  if (bytes.byteLength <= LIMITS.kvValueBytes) return bytes;
  throw new JobicoError('too-large', `the value is larger than ${LIMITS.kvValueBytes} bytes`);
}

function conditionOf({ ifRevision, ifAbsent }: Put): WriteCondition {
  if (ifAbsent && ifRevision !== undefined) {
    throw new JobicoError('invalid', 'kv.put: a key that is absent has no revision', {
      faults: [{ path: '/ifAbsent', message: 'and ifRevision exclude each other' }],
    });
  }
  if (ifAbsent) return { kind: 'absent' };
  return ifRevision === undefined ? { kind: 'always' } : { kind: 'revision', revision: ifRevision };
}
