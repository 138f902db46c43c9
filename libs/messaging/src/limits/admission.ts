import { JobicoError, type TenantLimits } from '@jobico/contract';
import type { DemandShares } from './demand-shares.ts';
import type { IntakeItem } from '../intake/intake.ts';
import type { TenantLimitsView } from './tenant-limits.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** Keeps tenants to their limits. */
export interface Admission {
  /**
   * Takes what a request needs. Throws `limit-exceeded`, with when to try again in its details, and `too-large`. A tenant
   * without limits costs a look-up.
   */
  admit(tenant: string, items: readonly IntakeItem[]): void;
  /** What {@link admit} throws but for the rates. */
  check(tenant: string, items: readonly IntakeItem[]): void;
  /** Takes what one event of a stream needs of the rates, or answers the milliseconds after which to ask again. */
  pace(tenant: string, bytes: number): number;
  /** What its answers say of the limits, if it has some. */
  headersFor(tenant: string): Record<string, string> | undefined;
}

export interface AdmissionDeps {
  limits: TenantLimitsView;
  shares: DemandShares;
  /** Events that wait in the queues of a tenant, as far as is known. */
  pendingOf: (tenant: string) => number;
  clock: () => number;
}

type RateName = 'eventsPerSecond' | 'bytesPerSecond';

interface Buckets {
  eventsPerSecond: TokenBucket;
  bytesPerSecond: TokenBucket;
}

export function createAdmission({ limits, shares, pendingOf, clock }: AdmissionDeps): Admission {
  const buckets = new Map<string, Buckets>();

  const bucketsOf = (tenant: string): Buckets => {
    let known = buckets.get(tenant);
    if (!known) {
      const now = clock();
      known = { eventsPerSecond: createTokenBucket(now), bytesPerSecond: createTokenBucket(now) };
      buckets.set(tenant, known);
    }
    return known;
  };

  /** Milliseconds to wait, and for which limit. */
  const take = (tenant: string, most: TenantLimits, events: number, bytes: number) => {
    const of = bucketsOf(tenant);
    const share = shares.shareOf(tenant);
    shares.ask(tenant, events);
    const nowMs = clock();
    const takeOf = (name: RateName, amount: number) => {
      const limit = most[name];
      const waitMs = limit === undefined ? 0 : of[name].take(amount, limit * share, nowMs);
      return limit !== undefined && waitMs > 0 ? { waitMs, name, limit } : undefined;
    };
    return takeOf('eventsPerSecond', events) ?? takeOf('bytesPerSecond', bytes);
  };

  const check = (tenant: string, most: TenantLimits, items: readonly IntakeItem[]) => {
    const { eventBytes, pendingEvents } = most;
    let bytes = 0;
    for (const { text } of items) {
      const length = Buffer.byteLength(text);
      bytes += length;
      if (eventBytes !== undefined && length > eventBytes) throw tooLarge(length, eventBytes);
    }
    if (pendingEvents !== undefined && pendingOf(tenant) >= pendingEvents) throw tooManyPending(pendingEvents);
    return bytes;
  };

  return {
    admit(tenant, items) {
      const most = limits.of(tenant);
      if (!most || items.length === 0) return;
      const bytes = check(tenant, most, items);
      const refusal = take(tenant, most, items.length, bytes);
      if (refusal) throw tooFast(refusal);
    },
    check(tenant, items) {
      const most = limits.of(tenant);
      if (most) check(tenant, most, items);
    },
    pace(tenant, bytes) {
      const most = limits.of(tenant);
      return most ? (take(tenant, most, 1, bytes)?.waitMs ?? 0) : 0;
    },
    headersFor(tenant) {
      const limit = limits.of(tenant)?.eventsPerSecond;
      if (limit === undefined) return undefined;
      const left = Math.min(limit, bucketsOf(tenant).eventsPerSecond.left());
      return rateHeaders(limit, left, left > 0 ? 0 : 1);
    },
  };
}

/** draft-ietf-httpapi-ratelimit-headers. */
const rateHeaders = (limit: number, left: number, seconds: number) => ({
  'ratelimit-policy': `"events";q=${limit};w=1`,
  ratelimit: `"events";r=${left};t=${seconds}`,
});

const NAMES: Record<RateName, string> = { eventsPerSecond: 'events a second', bytesPerSecond: 'bytes a second' };

function tooFast({ waitMs, name, limit }: { waitMs: number; name: RateName; limit: number }): JobicoError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new JobicoError(
    'limit-exceeded',
    `the tenant may send ${limit} ${NAMES[name]}; none of the request was accepted`,
    {
      hint: 'Send more slowly, or have the limit raised: jobico tenant limits set.',
      details: { limit: name, allowed: limit, retryAfterSeconds },
    },
  );
}

function tooManyPending(limit: number): JobicoError {
  return new JobicoError(
    'limit-exceeded',
    `${limit} events of the tenant wait already; none of the request was accepted`,
    {
      hint: 'More are taken once some of them are done.',
      details: { limit: 'pendingEvents', allowed: limit, retryAfterSeconds: 1 },
    },
  );
}

const tooLarge = (bytes: number, limit: number) =>
  new JobicoError(
    'too-large',
    `an event has ${bytes} bytes, the tenant may send ${limit}; none of the request was accepted`,
    {
      details: { limit: 'eventBytes', allowed: limit },
    },
  );
