import type { RetryPolicy } from '@jobico/contract';

const JITTER = 0.2;

/** Milliseconds to wait before the attempt after `attempt` (1 for the first); spread by up to a fifth, so that failures that came together do not come back together. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: () => number = Math.random): number {
  const interval = policy.initialIntervalMs * policy.backoffCoefficient ** (attempt - 1);
  const capped = Math.min(interval, policy.maximumIntervalMs);
  return Math.round(capped * (1 - JITTER / 2 + JITTER * random()));
}
