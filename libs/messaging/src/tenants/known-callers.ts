import type { Caller } from '@jobico/contract';
import type { TokenRecord, Tokens } from './tokens.ts';

/** Callers whose token has been found to be right, so that it is hashed and compared once. */
export interface KnownCallers {
  /** Who calls with this token, if it was right before and still is. */
  get(token: string): Caller | undefined;
  /** Remembers a token that is right. */
  add(token: string, record: TokenRecord): Caller;
}

interface Known {
  record: TokenRecord;
  caller: Caller;
  expiresMs: number;
}

const KEPT = 1000;

/**
 * Tokens that are right, in memory alone. Whether one is here is asked by a seeded hash of all of it: how long that takes
 * tells nobody how much of a guess was right. A token is looked at anew once its record is another than it was.
 */
export function createKnownCallers(tokens: Pick<Tokens, 'get' | 'used'>): KnownCallers {
  const byToken = new Map<string, Known>();
  return {
    get(token) {
      const known = byToken.get(token);
      if (!known) return undefined;
      const { record, caller, expiresMs } = known;
      if (tokens.get(record.id) === record && Date.now() < expiresMs) {
        tokens.used(record.id);
        return caller;
      }
      byToken.delete(token);
      return undefined;
    },
    add(token, record) {
      const caller = {
        role: record.role,
        token: record.id,
        ...(record.tenant !== undefined && { tenant: record.tenant }),
      };
      for (const oldest of byToken.keys()) {
        if (byToken.size < KEPT) break;
        byToken.delete(oldest);
      }
      byToken.set(token, { record, caller, expiresMs: Date.parse(record.expiresAt) });
      return caller;
    },
  };
}
