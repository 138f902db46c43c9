import { Type, type Static } from 'typebox';
import { closed, operation, page, tenant } from './operation.ts';

export const FILE_KINDS = ['wasm', 'json'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const kind = Type.Enum([...FILE_KINDS], { description: 'wasm: a component; json: a JSON Schema.' });
const name = Type.String({
  pattern: '^(?!.*\\.\\.)[A-Za-z0-9_@][A-Za-z0-9_@./-]{0,199}$',
  description: 'The name that packages refer to.',
});

export const StoredFile = Type.Object({
  name: Type.String(),
  kind,
  digest: Type.String(),
  sizeBytes: Type.Integer(),
  uploadedAt: Type.String(),
});

export type StoredFile = Static<typeof StoredFile>;

const pinnedBy = Type.Array(Type.Object({ package: Type.String(), versions: Type.Array(Type.Integer()) }), {
  description: 'Kept versions that hold its content, also under another name.',
});

export const fileOperations = {
  'file.upload': operation({
    summary: 'Stores a component or a JSON Schema under a name, once it has been checked',
    role: 'deployer',
    method: 'PUT',
    path: '/v1/tenants/{tenant}/files/{kind}/{name}',
    input: Type.Object({ tenant, kind, name, content: Type.String({ description: 'Base64.' }) }, closed),
    output: StoredFile,
    bodyLimit: 96 << 20,
  }),
  'file.list': operation({
    summary: 'Lists the files of a tenant',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/files',
    input: Type.Object({ tenant, kind: Type.Optional(kind) }, closed),
    output: page(StoredFile),
  }),
  'file.get': operation({
    summary: 'Shows a file, and which versions of packages pin what it holds',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/files/{kind}/{name}',
    input: Type.Object(
      {
        tenant,
        kind,
        name,
        content: Type.Optional(Type.Boolean({ default: false, description: 'Whether its content is answered too.' })),
      },
      closed,
    ),
    output: Type.Object({
      ...StoredFile.properties,
      pinnedBy,
      content: Type.Optional(Type.String({ description: 'Base64.' })),
    }),
  }),
  'file.delete': operation({
    summary: 'Deletes the name of a file; its content goes too, once no kept version of a package pins it',
    role: 'deployer',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/files/{kind}/{name}',
    input: Type.Object({ tenant, kind, name }, closed),
    output: Type.Object({ ...StoredFile.properties, pinnedBy }),
  }),
};
