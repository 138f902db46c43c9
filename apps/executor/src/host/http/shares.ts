import { refusal } from './refusal.ts';

/** What one call holds of its tenant's share of this process. */
export interface Share {
  /** Throws a refusal if the tenant's calls together hold too much, or this one has let go. */
  hold(bytes: number): void;
  release(): void;
}

export interface ShareLimits {
  /** Calls under way of one tenant. */
  calls: number;
  /** Bytes of responses that are being read for one tenant. */
  bytes: number;
}

/** Keeps one tenant's calls from taking the memory and the connections of the others. */
export function createShares(limits: ShareLimits): { take(tenant: string): Share } {
  const held = new Map<string, { calls: number; bytes: number }>();
  return {
    take(tenant) {
      const own = held.get(tenant) ?? { calls: 0, bytes: 0 };
      if (own.calls >= limits.calls) throw refusal('failed', 'too many requests at once');
      own.calls += 1;
      held.set(tenant, own);
      let bytesHere = 0;
      let isReleased = false;
      return {
        hold(bytes) {
          if (isReleased || own.bytes + bytes > limits.bytes)
            throw refusal('failed', 'too many large responses at once');
          own.bytes += bytes;
          bytesHere += bytes;
        },
        release() {
          isReleased = true;
          own.calls -= 1;
          own.bytes -= bytesHere;
          if (own.calls === 0) held.delete(tenant);
        },
      };
    },
  };
}
