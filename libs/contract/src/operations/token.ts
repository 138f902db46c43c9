import { Type, type Static } from 'typebox';
import { TOKEN_ROLES } from '../access.ts';
import { ID_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { closed, operation, page } from './operation.ts';

const DAY_S = 86_400;
const tenant = Type.Optional(
  Type.String({ pattern: ID_PATTERN, description: "The tenant; left out, the platform: an admin's." }),
);

/** `http`: a bearer token for the control plane and the listener. `nats`: credentials for a connection of the tenant's own. */
export const TOKEN_KINDS = ['http', 'nats'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** A token as lists show it: never its secret. */
export const Token = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...TOKEN_KINDS]),
  role: Type.Enum([...TOKEN_ROLES]),
  tenant: Type.Optional(Type.String({ description: "Left out: an admin's." })),
  name: Type.Optional(Type.String()),
  start: Type.Optional(Type.String({ description: 'The first characters of the token, to tell which one it is.' })),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
  revokedAt: Type.Optional(Type.String({ format: 'date-time' })),
  lastUsedAt: Type.Optional(Type.String({ format: 'date-time', description: 'To within a minute; of http tokens.' })),
  state: Type.Enum(['valid', 'expired', 'revoked']),
});
export type Token = Static<typeof Token>;

export const tokenOperations = {
  'token.create': operation({
    summary: 'Gives access: a token, or credentials for NATS, shown this once',
    role: 'owner',
    method: 'POST',
    path: '/v1/tokens',
    input: Type.Object(
      {
        tenant,
        role: Type.Enum([...TOKEN_ROLES], { description: 'What it may do. NATS: producer or viewer.' }),
        kind: Type.Optional(Type.Enum([...TOKEN_KINDS], { default: 'http', description: 'What it is for.' })),
        name: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 100,
            pattern: '^[^\\p{Cc}]+$',
            description: 'What it is to be known by.',
          }),
        ),
        expiresInSeconds: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: LIMITS.tokenAgeMs / 1000,
            default: 90 * DAY_S,
            description: 'How long it is valid. Default: 90 days.',
          }),
        ),
      },
      closed,
    ),
    output: Type.Object({
      ...Token.properties,
      secret: Type.String({ description: 'The token itself, or the content of a .creds file for NATS.' }),
    }),
  }),
  'token.list': operation({
    summary: 'Lists the tokens of a tenant, newest first; all of them where no tenant is named',
    role: 'owner',
    method: 'GET',
    path: '/v1/tokens',
    input: Type.Object({ tenant }, closed),
    output: page(Token),
  }),
  'token.revoke': operation({
    summary: 'Makes a token worthless at once, and ends the connections that use it',
    role: 'owner',
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    input: Type.Object(
      { token: Type.String({ pattern: '^[0-9a-f]{12}$', description: 'Id of the token, as lists show it.' }), tenant },
      closed,
    ),
    output: Token,
  }),
};
