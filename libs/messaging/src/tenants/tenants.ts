import { JobicoError, type Tenant } from '@jobico/contract';
import { Kvm, type KV } from '@nats-io/kv';
import { createAccount } from '@nats-io/nkeys';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import { bucketEntries } from '../reading/last-messages.ts';
import { TENANTS } from '../subjects.ts';
import { isWrongSequence } from '../reading/wrong-sequence.ts';

interface StoredTenant extends Tenant {
  /** Public key of its account on NATS, once it has one. Nobody has its private key: others sign for it. */
  account?: string;
}

/** The tenants: the bucket `tenants`, `<tenant>` → `{id, createdAt, account?}`. */
export interface TenantStore {
  get(id: string): Promise<Tenant | undefined>;
  list(): Promise<Tenant[]>;
  /** Makes it known; throws `conflict` where it is. */
  create(id: string): Promise<Tenant>;
  /** Makes it known where it is not. */
  ensure(id: string): Promise<Tenant>;
  remove(id: string): Promise<void>;
  /** Public key of the account that the tenant has on NATS. */
  account(id: string): Promise<string | undefined>;
  /** The same, made where there is none. Throws `not-found` for a tenant that does not exist. */
  ensureAccount(id: string): Promise<string>;
}

export async function createTenantStore(nats: Nats): Promise<TenantStore> {
  const bucket = await openTenants(nats);
  const read = async (id: string) => {
    const entry = await bucket.get(id);
    return entry?.operation === 'PUT' ? { stored: entry.json<StoredTenant>(), revision: entry.revision } : undefined;
  };
  const get = async (id: string): Promise<Tenant | undefined> => {
    const found = await read(id);
    return found && toldOf(found.stored);
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
      const entries = await bucketEntries(nats, TENANTS, '>');
      const found = entries.map(({ message }) => toldOf(message.json<StoredTenant>()));
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
    account: async (id) => (await read(id))?.stored.account,
    async ensureAccount(id) {
      for (;;) {
        const found = await read(id);
        if (!found) throw new JobicoError('not-found', `there is no tenant ${id}`);
        if (found.stored.account !== undefined) return found.stored.account;
        const account = createAccount().getPublicKey();
        try {
          await bucket.update(id, JSON.stringify({ ...found.stored, account }), found.revision);
          return account;
        } catch (error) {
          // Another ctl was first: its account is the one.
          if (!isWrongSequence(error)) throw asUnavailable(error, `tenant ${id} cannot be stored`);
        }
      }
    },
  };
}

/** Without what is the platform's own. */
const toldOf = ({ id, createdAt }: StoredTenant): Tenant => ({ id, createdAt });

/** The bucket itself, made if absent. */
export async function openTenants(nats: Nats): Promise<KV> {
  return await new Kvm(nats.js).create(TENANTS, { history: 1 });
}
