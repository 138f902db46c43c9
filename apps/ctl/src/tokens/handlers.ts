import { JobicoError, type OperationInput, type Token } from '@jobico/contract';
import {
  generateToken,
  stateOf,
  type Access,
  type NewToken,
  type TenantAccounts,
  type TenantStore,
  type TokenRecord,
  type TokenStore,
} from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export interface TokenDeps {
  tenants: TenantStore;
  tokens: TokenStore;
  /** Who counts here as whom: what is answered holds for the next request. */
  access: Pick<Access, 'untilKnown'>;
  /** Undefined where the server gives none. */
  accounts: TenantAccounts | undefined;
}

type TokenHandlers = Pick<Handlers, 'token.create' | 'token.list' | 'token.revoke'>;

const DEFAULT_AGE_S = 90 * 86_400;

export function createTokenHandlers({ tenants, tokens, access, accounts }: TokenDeps): TokenHandlers {
  return {
    async 'token.create'(input) {
      assertFits(input);
      if (input.tenant !== undefined && !(await tenants.get(input.tenant))) throw noSuchTenant(input.tenant);
      await forgetOld(tokens);
      const about = aboutOf(input);
      if (input.kind === 'nats') {
        const { publicKey, creds } = await known(accounts).createUser(about);
        return { ...shownOf(await tokens.addUser(publicKey, about)), secret: creds };
      }
      const secret = generateToken();
      const record = await tokens.add(secret, about);
      await access.untilKnown(record);
      return { ...shownOf(record), secret };
    },
    async 'token.list'({ tenant }) {
      const uses = await tokens.uses();
      const records = (await tokens.list()).filter((record) => tenant === undefined || record.tenant === tenant);
      return { items: records.map((record) => shownOf(record, uses.get(record.id))) };
    },
    async 'token.revoke'({ token: id, tenant }) {
      const record = await tokens.get(id);
      if (!record || (tenant !== undefined && record.tenant !== tenant)) throw noSuchToken(id);
      // Refused before it is marked: a connection that cannot be cut is not revoked.
      const theirs = record.kind === 'nats' ? known(accounts) : undefined;
      const revoked = await tokens.revoke(record);
      if (record.tenant !== undefined) await theirs?.push(record.tenant);
      await access.untilKnown(revoked);
      return shownOf(revoked);
    },
  };
}

function aboutOf({ role, tenant, name, expiresInSeconds = DEFAULT_AGE_S }: OperationInput<'token.create'>): NewToken {
  return { role, tenant, name, expiresAt: new Date(Date.now() + expiresInSeconds * 1000) };
}

/** What a record says, and no hash. */
function shownOf({ hash: _hash, publicKey: _key, ...record }: TokenRecord, lastUsedAt?: string): Token {
  return { ...record, ...(lastUsedAt !== undefined && { lastUsedAt }), state: stateOf(record) };
}

const NATS_ROLES = ['producer', 'viewer'];

function assertFits({ role, tenant, kind }: OperationInput<'token.create'>): void {
  const refuse = (path: string, message: string, allowed: string) => {
    throw new JobicoError('invalid', `token.create: ${path.slice(1)} ${message}`, {
      faults: [{ path, message, allowed }],
    });
  };
  if (kind === 'nats' && !NATS_ROLES.includes(role)) {
    refuse('/role', 'is none that credentials for NATS can have', NATS_ROLES.join(', '));
  }
  if (role === 'admin' && tenant !== undefined) refuse('/tenant', 'is given, and an admin is of none', 'nothing');
  if (role !== 'admin' && tenant === undefined) refuse('/tenant', 'is missing', `the tenant of the ${role}`);
}

function noSuchTenant(tenant: string): JobicoError {
  return new JobicoError('not-found', `there is no tenant ${tenant}`, {
    hint: `An admin makes it: jobico tenant create ${tenant}`,
  });
}

function noSuchToken(id: string): JobicoError {
  return new JobicoError('not-found', `there is no token ${id}`, { hint: '`jobico token list` shows their ids.' });
}

function known(accounts: TenantAccounts | undefined): TenantAccounts {
  if (accounts) return accounts;
  throw new JobicoError('conflict', 'this platform gives no credentials for NATS: its server is in no operator mode', {
    hint: 'Set one up with `jobico init-nats`, and give ctl the operator.json as JOBICO_NATS_OPERATOR.',
  });
}

const KEPT_MS = 30 * 86_400_000;

/** What has long expired says nothing any more. */
async function forgetOld(tokens: TokenStore): Promise<void> {
  for (const { id, expiresAt } of await tokens.list()) {
    if (Date.parse(expiresAt) < Date.now() - KEPT_MS) await tokens.remove(id);
  }
}
