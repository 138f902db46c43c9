/** What the load generator is asked. */
export type LoadRequest =
  | { kind: 'flood'; url: string; from: number; count: number; batch: number }
  | { kind: 'pace'; url: string; from: number; count: number; perSecond: number };

/** Times are milliseconds since 1970, with fractions. */
export type LoadAnswer = { startedAtMs: number; endedAtMs: number; sentAtMs: Float64Array } | { failure: string };

export const CONNECTIONS = 64;
