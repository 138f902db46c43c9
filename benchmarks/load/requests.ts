/** What the load generator is asked. */
export type LoadRequest =
  /** `token` is sent as a bearer token. */
  | { kind: 'flood'; url: string; from: number; count: number; batch: number; token?: string | undefined }
  | { kind: 'pace'; url: string; from: number; count: number; perSecond: number }
  /** Each target in its turn, at a steady rate, whether or not the ones before are answered. */
  | { kind: 'turns'; url: string; targets: readonly Target[]; count: number; perSecond: number }
  /** The same requests over and over, as fast as they are taken. */
  | { kind: 'pour'; url: string; targets: readonly Target[]; count: number };

/** A request that may be sent more than once. */
export interface Target {
  path: string;
  body: string;
}

/** Times are milliseconds since 1970, with fractions. */
export type LoadAnswer =
  | {
      startedAtMs: number;
      endedAtMs: number;
      sentAtMs: Float64Array;
      /** Of a flood, from each request to its answer, in milliseconds. */
      tookMs?: Float64Array;
    }
  | { failure: string };
