import type { TenantLimits } from '@jobico/contract';

const WORDS = {
  eventsPerSecond: 'events a second',
  bytesPerSecond: 'bytes a second',
  eventBytes: 'bytes of an event',
  pendingEvents: 'events that wait',
} as const;

/** The limits of a tenant, one a line. */
export function limitLines(tenant: string, limits: TenantLimits): string[] {
  const lines = (Object.keys(WORDS) as (keyof typeof WORDS)[]).flatMap((name) => {
    const limit = limits[name];
    return limit === undefined ? [] : [`  ${limit.toLocaleString('en')} ${WORDS[name]}`];
  });
  return lines.length === 0
    ? [`tenant ${tenant} has no limits of its own`]
    : [`tenant ${tenant} may send at most`, ...lines];
}
