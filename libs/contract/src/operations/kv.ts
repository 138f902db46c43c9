import { Type } from 'typebox';
import { ID_PATTERN } from '../ids.ts';
import { closed, idFilter, limit, operation, page, tenant } from './operation.ts';

const bucket = Type.String({ pattern: ID_PATTERN, description: 'The bucket, as packages grant it.' });
const key = Type.String({ minLength: 1, maxLength: 512, description: 'The key.' });
const revision = Type.String({ description: 'Changes with every write of the key.' });
const encoding = Type.Enum(['utf8', 'base64'], { description: 'How `value` stands for the bytes.' });
const path = '/v1/tenants/{tenant}/kv/{bucket}/{key}';

export const kvOperations = {
  'kv.list': operation({
    summary: "Lists the keys of a tenant's buckets, or of one",
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/kv',
    input: Type.Object(
      {
        tenant,
        bucket: idFilter('Only of this bucket.'),
        prefix: Type.Optional(Type.String({ maxLength: 512, description: 'Only keys that begin like this.' })),
        limit,
        after: Type.Optional(Type.String({ maxLength: 2048, description: 'The `next` of the page before.' })),
      },
      closed,
    ),
    output: page(Type.Object({ bucket: Type.String(), key: Type.String() })),
  }),
  'kv.get': operation({
    summary: 'Shows the value of a key',
    role: 'viewer',
    method: 'GET',
    path,
    input: Type.Object({ tenant, bucket, key }, closed),
    output: Type.Object({
      bucket: Type.String(),
      key: Type.String(),
      value: Type.String({ description: 'As text, or as base64 where the bytes are no UTF-8.' }),
      encoding,
      revision,
    }),
  }),
  'kv.put': operation({
    summary: 'Sets the value of a key, under the limits that jobs have',
    role: 'deployer',
    method: 'PUT',
    path,
    input: Type.Object(
      {
        tenant,
        bucket,
        key,
        value: Type.String({ description: 'The value.' }),
        encoding: Type.Optional(encoding),
        ifRevision: Type.Optional(Type.String({ maxLength: 20, description: 'Only if the key has this revision.' })),
        ifAbsent: Type.Optional(Type.Boolean({ description: 'Only if there is no such key.' })),
      },
      closed,
    ),
    output: Type.Object({ bucket: Type.String(), key: Type.String(), revision }),
  }),
  'kv.delete': operation({
    summary: 'Deletes a key',
    role: 'deployer',
    method: 'DELETE',
    path,
    input: Type.Object({ tenant, bucket, key }, closed),
    output: Type.Object({
      bucket: Type.String(),
      key: Type.String(),
      deleted: Type.Boolean({ description: 'False where there was none.' }),
    }),
  }),
};
