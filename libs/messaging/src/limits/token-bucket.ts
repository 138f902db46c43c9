/** A second's worth may be taken at once. */
export interface TokenBucket {
  /**
   * Takes an amount if there is any, else answers the milliseconds until there will be. More than a second's worth is given
   * when the bucket is full, and waited for afterwards: it could not be had otherwise.
   */
  take(amount: number, perSecond: number, nowMs: number): number;
  /** What is there, at least 0. */
  left(): number;
}

export function createTokenBucket(nowMs: number): TokenBucket {
  let tokens = Infinity;
  let lastMs = nowMs;
  return {
    take(amount, perSecond, now) {
      tokens = Math.min(perSecond, tokens + ((now - lastMs) / 1000) * perSecond);
      lastMs = now;
      const needed = Math.min(amount, perSecond);
      // Sums of parts of a second are a little less than the whole.
      if (tokens >= needed - 1e-6) {
        tokens -= amount;
        return 0;
      }
      return ((needed - tokens) / perSecond) * 1000;
    },
    left: () => Math.max(0, Math.floor(tokens)),
  };
}
