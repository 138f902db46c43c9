import { createClient, type Client } from '@jobico/client';
import type { TokenRole } from '@jobico/contract';
import { createTokenStore, generateToken } from '@jobico/messaging';
import { onTestFinished } from 'vitest';
import { controlPlane, newTenant, type ControlPlane, type OnEnd } from './control-plane.ts';
import { ownNats } from './own-nats.ts';

export interface GuardedPlane extends Omit<ControlPlane, 'client'> {
  /** Whose every operation is allowed. */
  admin: Client;
  /** Another tenant that exists. */
  other: string;
  /** A new token of a role, of `tenant` unless another one is named. */
  tokenOf: (role: TokenRole, tenant?: string) => Promise<string>;
  /** Tokens that were valid once. */
  revoked: string;
  expired: string;
}

/** A control plane that asks for tokens, on a server where no open one answers in its place, and two tenants. */
export async function guardedPlane(onEnd: OnEnd = onTestFinished): Promise<GuardedPlane> {
  const adminToken = generateToken();
  const natsUrl = await ownNats(onEnd);
  const { client: _open, ...plane } = await controlPlane({ auth: 'tokens', adminToken, natsUrl }, onEnd);
  const admin = createClient({ url: plane.url, token: adminToken });
  const { tenant } = plane;
  const other = newTenant();
  for (const each of [tenant, other]) await admin.call('tenant.create', { tenant: each });
  const tokenOf = async (role: TokenRole, of = tenant) => {
    const about = role === 'admin' ? { role } : { role, tenant: of };
    return (await admin.call('token.create', about)).secret;
  };
  const revoked = await admin.call('token.create', { role: 'owner', tenant });
  await admin.call('token.revoke', { token: revoked.id });
  const expired = generateToken();
  const store = await createTokenStore(plane.nats);
  await store.add(expired, { role: 'owner', tenant, expiresAt: new Date(Date.now() - 1000) });
  return { ...plane, admin, other, tokenOf, revoked: revoked.secret, expired };
}
