import { JobicoError } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { encodeGeneric } from '@nats-io/jwt';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { TenantStore } from '../tenants/tenants.ts';
import { stateOf, type NewToken, type TokenRecord, type TokenStore } from '../tenants/tokens.ts';
import { asUnavailable } from '../connection/failures.ts';
import { encodeNewUser, encodeTenantAccount } from './claims.ts';
import { readOperator, type Operator } from './operator-file.ts';
import { TENANT_PERMISSIONS } from './permissions.ts';

/** The accounts of tenants on a server in operator mode: one each, made with its first credentials. */
export interface TenantAccounts {
  /** A new user in the account of its tenant, and the content of its `.creds` file. */
  createUser(about: NewToken): Promise<{ publicKey: string; creds: string }>;
  /** Gives the server the account as the tokens say: connections of users that are revoked are cut. */
  push(tenant: string): Promise<void>;
  /** Takes the account away, with its connections. */
  remove(tenant: string): Promise<void>;
  close(): Promise<void>;
}

export interface TenantAccountsDeps {
  natsUrl: string;
  /** Path of `operator.json`. */
  operatorFile: string;
  tenants: TenantStore;
  tokens: TokenStore;
  log: Logger;
}

/** Connects to the server's own account, and pushes every account that has credentials. Throws `config-invalid`, `unavailable`. */
export async function openTenantAccounts(deps: TenantAccountsDeps): Promise<TenantAccounts> {
  const operator = readOperator(deps.operatorFile);
  const nc = await connectSystem(deps.natsUrl, operator);
  const accounts = createTenantAccounts(nc, operator, deps);
  try {
    for (const tenant of await tenantsWithUsers(deps)) await accounts.push(tenant);
  } catch (error) {
    await nc.close();
    throw error;
  }
  return accounts;
}

function createTenantAccounts(nc: NatsConnection, operator: Operator, deps: TenantAccountsDeps): TenantAccounts {
  const { tenants, tokens } = deps;
  const push = async (tenant: string) => {
    const account = await tenants.account(tenant);
    if (account === undefined) return;
    const about = { tenant, account, platform: operator.platformAccount, usersKey: operator.users.getPublicKey() };
    let pushed: string | undefined;
    for (;;) {
      const revoked = revokedUsers(await tokens.list(), tenant);
      const state = JSON.stringify([...revoked]);
      // What another ctl has revoked meanwhile must not be undone by this one.
      if (state === pushed) return;
      await claims(nc, 'UPDATE', await encodeTenantAccount({ ...about, revoked }, operator.accounts));
      pushed = state;
    }
  };
  return {
    push,
    async createUser({ role, tenant, expiresAt }) {
      if (tenant === undefined || (role !== 'producer' && role !== 'viewer')) {
        throw new JobicoError('invalid', 'credentials for NATS are of a producer or a viewer of a tenant');
      }
      const account = await tenants.ensureAccount(tenant);
      await push(tenant);
      const permissions = TENANT_PERMISSIONS[role](tenant);
      return await encodeNewUser({ name: `${tenant} ${role}`, account, permissions, expiresAt }, operator.users);
    },
    async remove(tenant) {
      const account = await tenants.account(tenant);
      if (account === undefined) return;
      const request = { accounts: [account] };
      await claims(nc, 'DELETE', await encodeGeneric('delete', operator.accounts, 'generic', request));
    },
    close: () => nc.close(),
  };
}

/** Those that would be let in otherwise. */
function revokedUsers(records: readonly TokenRecord[], tenant: string): Map<string, Date> {
  const revoked = records.flatMap(({ publicKey, revokedAt, ...record }): [string, Date][] => {
    const isMeant = record.tenant === tenant && publicKey !== undefined && revokedAt !== undefined;
    return isMeant && Date.parse(record.expiresAt) > Date.now() ? [[publicKey, new Date(revokedAt)]] : [];
  });
  return new Map(revoked.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function tenantsWithUsers({ tokens }: TenantAccountsDeps): Promise<Set<string>> {
  const records = (await tokens.list()).filter((record) => record.kind === 'nats' && stateOf(record) !== 'expired');
  return new Set(records.flatMap(({ tenant }) => tenant ?? []));
}

async function connectSystem(servers: string, { systemCreds }: Operator): Promise<NatsConnection> {
  try {
    return await connect({
      servers,
      name: 'jobico-ctl accounts',
      authenticator: credsAuthenticator(new TextEncoder().encode(systemCreds)),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      noAsyncTraces: true,
    });
  } catch (error) {
    throw asUnavailable(error, 'the system account of the NATS server cannot be reached with JOBICO_NATS_OPERATOR');
  }
}

const ANSWER_MS = 5000;

/** Asks the server's resolver to take, or to drop, what a signed claim says. */
async function claims(nc: NatsConnection, verb: 'UPDATE' | 'DELETE', jwt: string): Promise<void> {
  interface ClaimsAnswer {
    data?: { code: number; message?: string };
    error?: { code: number; description?: string };
  }
  try {
    const answer = await nc.request(`$SYS.REQ.CLAIMS.${verb}`, jwt, { timeout: ANSWER_MS });
    const { data, error } = answer.json<ClaimsAnswer>();
    if (error || data?.code !== 200) throw new Error(error?.description ?? data?.message ?? 'no reason was given');
  } catch (error) {
    throw asUnavailable(error, 'the NATS server has not taken the account of the tenant');
  }
}
