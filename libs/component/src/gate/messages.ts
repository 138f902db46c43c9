import type { GateLimits } from './limits.ts';

/** What inspect.ts sends. */
export interface GateRequest {
  readonly bytes: Uint8Array;
  readonly limits: GateLimits;
}

/** What comes back: a component that passed, the reasons why it did not, or that the gate itself failed. */
export type GateAnswer =
  | { readonly kind: 'passed'; readonly imports: string[]; readonly memoryBytes: number; readonly artifact: Uint8Array }
  | { readonly kind: 'refused'; readonly problems: string[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Given to a gate process that is to stand ready. */
export const WARM_UP_FLAG = '--warm-up';
