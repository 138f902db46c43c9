import { isId, JobicoError } from '@jobico/contract';
import {
  createUser,
  encodeAccount,
  encodeUser,
  fmtCreds,
  type Account,
  type Export,
  type OperatorLimits,
  type Permissions,
} from '@nats-io/jwt';
import type { KeyPair } from '@nats-io/nkeys';

const UNLIMITED = -1;
const LIMITS: OperatorLimits = {
  subs: UNLIMITED,
  data: UNLIMITED,
  payload: UNLIMITED,
  imports: UNLIMITED,
  exports: UNLIMITED,
  wildcards: true,
  conn: UNLIMITED,
  leaf: UNLIMITED,
  disallow_bearer: true,
};

/** What the platform's account gives to those of the tenants, each of which imports its own part. */
const EXPORTS: Export[] = [
  { name: 'events', subject: 'jobico.event.*.>', type: 'service', response_type: 'Singleton' },
  { name: 'executions', subject: 'jobico.execution.*.>', type: 'stream' },
];

/** The claims of the account that the platform's modules are in: JetStream, and what tenants may import. */
export function platformAccount(usersKey: string): Partial<Account> {
  return {
    limits: { ...LIMITS, mem_storage: UNLIMITED, disk_storage: UNLIMITED, streams: UNLIMITED, consumer: UNLIMITED },
    exports: EXPORTS,
    signing_keys: [usersKey],
  };
}

/** The claims of the server's own account. */
export function systemAccount(usersKey: string): Partial<Account> {
  return { limits: LIMITS, signing_keys: [usersKey] };
}

/** Connections of one tenant at once, and subscriptions of each. */
const TENANT_CONNECTIONS = 1000;
const TENANT_SUBSCRIPTIONS = 10_000;

export interface TenantAccount {
  tenant: string;
  /** Public key of the account. */
  account: string;
  /** Public key of the platform's account. */
  platform: string;
  /** Public key of what signs users. */
  usersKey: string;
  /** Public keys of users, and when each was revoked. */
  revoked: ReadonlyMap<string, Date>;
}

/**
 * The account of one tenant, signed: no JetStream, no exports, and of the platform nothing but its own events, to send, and
 * its own executions, to read. A tenant's name with a wildcard in it would open everything: it is checked once more.
 */
export async function encodeTenantAccount(
  { tenant, account, platform, usersKey, revoked }: TenantAccount,
  signer: KeyPair,
): Promise<string> {
  if (!isId(tenant)) throw new JobicoError('internal', `not the name of a tenant: ${JSON.stringify(tenant)}`);
  const imported = { account: platform, share: false };
  const claims: Partial<Account> = {
    limits: { ...LIMITS, exports: 0, wildcards: false, leaf: 0, conn: TENANT_CONNECTIONS, subs: TENANT_SUBSCRIPTIONS },
    imports: [
      { ...imported, name: 'events', subject: `jobico.event.${tenant}.>`, type: 'service' },
      { ...imported, name: 'executions', subject: `jobico.execution.${tenant}.>`, type: 'stream' },
    ],
    signing_keys: [usersKey],
    revocations: Object.fromEntries([...revoked].map(([user, at]) => [user, Math.ceil(at.getTime() / 1000)])),
  };
  return await encodeAccount(tenant, account, claims, { signer });
}

export interface NewUser {
  name: string;
  /** Public key of its account. */
  account: string;
  permissions: Partial<Permissions>;
  /** Left out: it does not expire. */
  expiresAt?: Date;
}

/** A new user of an account, and the content of its `.creds` file: its key is nowhere else. */
export async function encodeNewUser(
  { name, account, permissions, expiresAt }: NewUser,
  signer: KeyPair,
): Promise<{ publicKey: string; creds: string }> {
  const user = createUser();
  const jwt = await encodeUser(name, user, account, permissions, {
    signer,
    ...(expiresAt && { exp: Math.floor(expiresAt.getTime() / 1000) }),
  });
  return { publicKey: user.getPublicKey(), creds: new TextDecoder().decode(fmtCreds(jwt, user)) };
}
