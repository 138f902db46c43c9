import { timingSafeEqual } from 'node:crypto';
import { isAllowed, isLoopbackHost, JobicoError, type Caller, type Role } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { createKnownCallers } from './known-callers.ts';
import { fingerprint, isTokenShaped, stateOf, watchTokens, type TokenRecord, type Tokens } from './tokens.ts';

/** `open`: no token is asked for, whoever calls is an admin; for one's own machine. `tokens`: nothing without one. */
export type AuthMode = 'open' | 'tokens';

/** What calls for a role: an operation, or an address of the listener. */
export interface Wanted {
  /** As the refusal names it, e.g. `package.deploy`. */
  name: string;
  role: Role;
  /** Undefined: the platform's own. */
  tenant: string | undefined;
}

/** Who may do what: the one place that decides it, for every transport. */
export interface Access {
  readonly mode: AuthMode;
  /** Who calls with this token. Throws `unauthenticated`, the same whatever is wrong with it. */
  authenticate(token: string | undefined): Caller;
  /** Throws `denied`, the same whether what was asked for exists or not. */
  authorise(caller: Caller, wanted: Wanted): void;
  /** Throws `denied` for a request that came by a name which is not this machine's, where no token is asked for. */
  assertHost(header: string | undefined): void;
  /** Calls back once the caller's token is worth nothing any more; for what outlasts a request. */
  onEnd(caller: Caller, listener: () => void): () => void;
  /**
   * Resolves once a token counts here as its record says, which is a message behind what was stored: whoever is told of it
   * may use it at once. After a second all the same.
   */
  untilKnown(record: TokenRecord): Promise<void>;
}

const EVERYONE: Caller = { role: 'admin' };
/** A timer takes no longer times, and a clock may be set: what ends later is looked at again then. */
const LONGEST_LOOK_MS = 60 * 60_000;
const LONGEST_BEHIND_MS = 1000;
const NOTHING = Buffer.alloc(32);

/** An access that stops following the tokens when it is told to. */
export async function openAccess(
  nats: Nats,
  mode: AuthMode,
  log: Logger,
): Promise<{ access: Access; stop: () => Promise<void> }> {
  if (mode === 'open') return { access: createOpenAccess(), stop: () => Promise.resolve() };
  const tokens = await watchTokens(nats, log);
  return { access: createTokenAccess(tokens), stop: () => tokens.stop() };
}

/** An access that asks for tokens. */
function createTokenAccess(tokens: Tokens): Access {
  const validRecord = (id: string | undefined) => {
    const record = id === undefined ? undefined : tokens.get(id);
    return record && stateOf(record) === 'valid' ? record : undefined;
  };
  const known = createKnownCallers(tokens);
  return {
    mode: 'tokens',
    authenticate(token) {
      const seen = token === undefined ? undefined : known.get(token);
      if (seen) return seen;
      const record = recordOf(tokens, token);
      if (token === undefined || !record || stateOf(record) !== 'valid') throw unauthenticated();
      tokens.used(record.id);
      return known.add(token, record);
    },
    authorise,
    assertHost: () => undefined,
    onEnd(caller, listener) {
      let timer: NodeJS.Timeout | undefined;
      const release = () => {
        clearTimeout(timer);
        forget();
      };
      const look = () => {
        clearTimeout(timer);
        const record = validRecord(caller.token);
        if (record) {
          const leftMs = Date.parse(record.expiresAt) - Date.now();
          timer = setTimeout(look, Math.min(Math.max(leftMs, 0), LONGEST_LOOK_MS)).unref();
          return;
        }
        release();
        listener();
      };
      const forget = tokens.onChange(look);
      look();
      return release;
    },
    async untilKnown({ id, revokedAt }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        const record = tokens.get(id);
        if (record && record.revokedAt === revokedAt) resolve();
      };
      const forget = tokens.onChange(look);
      const timer = setTimeout(resolve, LONGEST_BEHIND_MS);
      look();
      await promise;
      clearTimeout(timer);
      forget();
    },
  };
}

/** An access that asks for nothing, of this machine's own requests. */
export function createOpenAccess(): Access {
  return {
    mode: 'open',
    authenticate: () => EVERYONE,
    authorise,
    assertHost(header) {
      if (isLoopbackHost(header)) return;
      throw new JobicoError('denied', 'a platform that asks for no token answers requests to this machine only', {
        hint: 'Send them to localhost or 127.0.0.1, or start the platform with JOBICO_AUTH=tokens.',
      });
    },
    onEnd: () => () => undefined,
    untilKnown: () => Promise.resolve(),
  };
}

/** The record that has exactly this token's hash. An unknown token takes the same steps as a known one. */
function recordOf(tokens: Tokens, token: string | undefined): TokenRecord | undefined {
  if (token === undefined || !isTokenShaped(token)) return undefined;
  const { id, hash } = fingerprint(token);
  const record = tokens.get(id);
  const stored = record?.hash === undefined ? NOTHING : Buffer.from(record.hash, 'hex');
  return timingSafeEqual(stored, Buffer.from(hash, 'hex')) ? record : undefined;
}

function authorise(caller: Caller, { name, role, tenant }: Wanted): void {
  if (isAllowed(caller, role, tenant)) return;
  const takes = role === 'admin' || tenant === undefined ? 'the role admin' : `the role ${role} in that tenant`;
  throw new JobicoError('denied', `this token may not do that: ${name} takes ${takes}`);
}

function unauthenticated(): JobicoError {
  return new JobicoError('unauthenticated', 'no valid token came with the request', {
    hint: 'Send one as `Authorization: Bearer jbc_…`; the command line takes it from JOBICO_TOKEN. An owner of the tenant makes one with `jobico token create`.',
  });
}

/** The token of an `Authorization` header; undefined where it holds none. */
export function bearerToken(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+) *$/i.exec(header)?.[1] : undefined;
}
