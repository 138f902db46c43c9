import type { TenantLimits } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import { TENANT_LIMITS } from '../subjects.ts';
import { watchBucket } from '../reading/watch-bucket.ts';

/** What each tenant may send: the bucket `limits`. */
export interface TenantLimitStore {
  get(tenant: string): Promise<TenantLimits>;
  /** Changes some limits, null takes one away. Answers what holds then. */
  set(tenant: string, changes: { [L in keyof TenantLimits]?: number | null | undefined }): Promise<TenantLimits>;
}

const openLimits = (nats: Nats): Promise<KV> => new Kvm(nats.js).create(TENANT_LIMITS, { history: 1 });

const MOST_WRITES = 10;

export async function createTenantLimitStore(nats: Nats): Promise<TenantLimitStore> {
  const bucket = await openLimits(nats);
  const read = async (tenant: string) => {
    const entry = await bucket.get(tenant);
    const limits = entry?.operation === 'PUT' ? entry.json<TenantLimits>() : {};
    return { limits, revision: entry?.revision ?? 0 };
  };
  return {
    async get(tenant) {
      return (await read(tenant)).limits;
    },
    async set(tenant, changes) {
      for (let write = 1; ; write += 1) {
        const { limits, revision } = await read(tenant);
        const merged = Object.entries({ ...limits, ...withoutAbsent(changes) }).filter(([, value]) => value !== null);
        const next = Object.fromEntries(merged) as TenantLimits;
        try {
          await bucket.put(tenant, JSON.stringify(next), { previousSeq: revision });
          return next;
        } catch (error) {
          // Somebody else has set one meanwhile.
          if (write >= MOST_WRITES) throw asUnavailable(error, 'the limits cannot be set');
        }
      }
    },
  };
}

const withoutAbsent = (changes: object) =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

/** A live copy of the limits of all tenants. */
export interface TenantLimitsView {
  /** Undefined where nothing is limited. */
  of(tenant: string): TenantLimits | undefined;
  stop(): Promise<void>;
}

/** Resolves once every limit that is set has been read. */
export async function watchTenantLimits(nats: Nats, log: Logger): Promise<TenantLimitsView> {
  await openLimits(nats);
  const byTenant = new Map<string, TenantLimits>();
  const watch = await watchBucket(
    nats,
    TENANT_LIMITS,
    ({ key, value }) => {
      const limits = value?.json<TenantLimits>() ?? {};
      if (Object.keys(limits).length > 0) byTenant.set(key, limits);
      else byTenant.delete(key);
    },
    log,
  );
  return {
    of: (tenant) => byTenant.get(tenant),
    stop: () => watch.stop(),
  };
}
