import { Type, type Static } from 'typebox';
import { SECRET_NAME_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { closed, operation, page, tenant } from './operation.ts';

const name = Type.String({ pattern: SECRET_NAME_PATTERN, description: 'The name that packages grant it by.' });

/** What may be known of a secret: never its value. */
export const StoredSecret = Type.Object({
  name: Type.String(),
  version: Type.Integer({ minimum: 1, description: 'How often it has been set since it was made.' }),
  setAt: Type.String({ format: 'date-time' }),
  key: Type.String({ description: 'Id of the key that it is encrypted with.' }),
});
export type StoredSecret = Static<typeof StoredSecret>;

export const secretOperations = {
  'secret.set': operation({
    summary: 'Sets a secret; jobs that it is granted to have it at once',
    role: 'deployer',
    method: 'PUT',
    path: '/v1/tenants/{tenant}/secrets/{name}',
    input: Type.Object(
      {
        tenant,
        name,
        value: Type.String({
          minLength: LIMITS.secretMinLength,
          maxLength: LIMITS.secretBytes,
          description: 'The secret. It is stored encrypted, and no operation answers it.',
        }),
      },
      closed,
    ),
    output: StoredSecret,
    isSensitive: true,
  }),
  'secret.list': operation({
    summary: 'Lists the secrets of a tenant, without their values',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/secrets',
    input: Type.Object({ tenant }, closed),
    output: page(StoredSecret),
  }),
  'secret.delete': operation({
    summary: 'Deletes a secret; a job that still asks for it fails',
    role: 'deployer',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/secrets/{name}',
    input: Type.Object({ tenant, name }, closed),
    output: Type.Object({ name: Type.String() }),
  }),
  'secret.rotate': operation({
    summary: 'Encrypts every secret of every tenant with the current key',
    role: 'admin',
    method: 'POST',
    path: '/v1/secrets/rotate',
    input: Type.Object({}, closed),
    output: Type.Object({
      key: Type.String({ description: 'Id of the current key.' }),
      rotated: Type.Integer({ description: 'Secrets that were encrypted with another key before.' }),
      unreadable: Type.Array(Type.Object({ tenant: Type.String(), name: Type.String(), key: Type.String() }), {
        description: 'Secrets whose key is not known, and the id of that key. They are left as they are.',
      }),
    }),
  }),
};
