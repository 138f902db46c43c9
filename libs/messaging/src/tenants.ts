import { JobicoError, type Tenant } from '@jobico/contract';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from './connection.ts';
import { asUnavailable } from './failures.ts';
import { TENANTS } from './subjects.ts';
import { isWrongSequence } from './wrong-sequence.ts';

/** The tenants: the bucket `tenants`, `<tenant>` → `{id, createdAt}`. */
export interface TenantStore {
  get(id: string): Promise<Tenant | undefined>;
  list(): Promise<Tenant[]>;
  /** Makes it known; throws `conflict` where it is. */
  create(id: string): Promise<Tenant>;
  /** Makes it known where it is not. */
  ensure(id: string): Promise<Tenant>;
  remove(id: string): Promise<void>;
}

export async function createTenantStore(nats: Nats): Promise<TenantStore> {
  const bucket = await openTenants(nats);
  const get = async (id: string) => {
    const entry = await bucket.get(id);
    return entry?.operation === 'PUT' ? entry.json<Tenant>() : undefined;
  };
  const create = async (id: string) => {
    const tenant = { id, createdAt: new Date().toISOString() };
    try {
      await bucket.create(id, JSON.stringify(tenant));
    } catch (cause) {
      if (!isWrongSequence(cause)) throw asUnavailable(cause, `tenant ${id} cannot be stored`);
      throw new JobicoError('conflict', `tenant ${id} exists already`, { cause });
    }
    return tenant;
  };
  return {
    get,
    create,
    async list() {
      const found: Tenant[] = [];
      for await (const key of await bucket.keys()) {
        const tenant = await get(key);
        if (tenant) found.push(tenant);
      }
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async ensure(id) {
      const known = await get(id);
      if (known) return known;
      return await create(id).catch(async (error: unknown) => {
        const made = await get(id);
        if (made) return made;
        throw error;
      });
    },
    remove: (id) => bucket.delete(id),
  };
}

/** The bucket itself, made if absent. */
export async function openTenants(nats: Nats): Promise<KV> {
  return await new Kvm(nats.js).create(TENANTS, { history: 1 });
}
