import { Type, type Static } from 'typebox';
import { PackageDefinition } from './schema.ts';

const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Of the content.' });

/** One deployed version of a package, as the definitions bucket keeps it: what was written, and the exact files it pins. */
export const PackageVersion = Type.Object(
  {
    tenant: Type.String(),
    id: Type.String(),
    /** 1 for the first deploy, one more with each. */
    version: Type.Integer({ minimum: 1 }),
    deployedAt: Type.String({ format: 'date-time' }),
    restores: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The earlier version that a rollback has brought back as this one.' }),
    ),
    definition: PackageDefinition,
    /** `moduleref` to the component's digest. */
    modules: Type.Record(Type.String(), Digest),
    /** `schemaref` to the schema's digest. */
    schemas: Type.Record(Type.String(), Digest),
  },
  { title: 'Deployed version of a package' },
);

export type PackageVersion = Static<typeof PackageVersion>;
