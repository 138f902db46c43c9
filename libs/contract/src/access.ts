/**
 * Roles that a token can have: `admin` is the platform's, the others are of one tenant. An owner may do everything in its
 * tenant, a deployer everything but give access, a producer sends events, a viewer looks.
 */
export const TOKEN_ROLES = ['admin', 'owner', 'deployer', 'producer', 'viewer'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Who may call an operation: a role and those that include it; `anyone`: whoever has a valid token. */
export type Role = TokenRole | 'anyone';

/** Who calls: what a valid token says. */
export interface Caller {
  role: TokenRole;
  /** Of every role but `admin`. */
  tenant?: string;
  /** Id of the token; undefined on a platform that asks for none. */
  token?: string;
}

/** Whoever deploys jobs can have them raise any event of the tenant: to send one by hand gives nothing more. */
const INCLUDED: Readonly<Record<TokenRole, readonly TokenRole[]>> = {
  admin: ['admin', 'owner', 'deployer', 'producer', 'viewer'],
  owner: ['owner', 'deployer', 'producer', 'viewer'],
  deployer: ['deployer', 'producer', 'viewer'],
  producer: ['producer'],
  viewer: ['viewer'],
};

/**
 * Whether a caller may do what takes `role`, to what belongs to `tenant`. What no tenant is named for is the platform's:
 * an admin's alone, but for what anyone may do.
 */
export function isAllowed(caller: Caller, role: Role, tenant: string | undefined): boolean {
  if (role === 'anyone') return true;
  if (!INCLUDED[caller.role].includes(role)) return false;
  return caller.role === 'admin' || (tenant !== undefined && tenant === caller.tenant);
}
