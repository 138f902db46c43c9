import { Type, type Static } from 'typebox';
import { ID_PATTERN } from '../ids.ts';
import { PackageChange } from '../package/changes.ts';
import { PackageVersion } from '../package/version.ts';
import { closed, operation, page, tenant } from './operation.ts';
import { pauseFields } from './pause.ts';

const digests = (description: string) => Type.Optional(Type.Record(Type.String(), Type.String(), { description }));
const packageId = Type.String({ pattern: ID_PATTERN, description: 'The package.' });
const definition = Type.Unknown({ description: 'The package definition, as written in YAML.' });

const files = {
  modules: digests('Digests of uploaded components by moduleref. Others are looked up by name in the file repository.'),
  schemas: digests('Digests of uploaded schemas by schemaref. Others are looked up by name in the file repository.'),
};

const versionNumber = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const dryRun = Type.Optional(
  Type.Boolean({
    default: false,
    description: 'Changes nothing; answers which version it would make, and its changes.',
  }),
);

/** What a deploy or a rollback has done, or would do. */
const PackageDeployed = Type.Object({
  tenant: Type.String(),
  package: Type.String(),
  version: Type.Integer(),
  restores: Type.Optional(Type.Integer({ description: 'The earlier version that this one is the same as.' })),
  /** False where the package was live exactly like this already: nothing changed then. */
  changed: Type.Boolean(),
  changes: Type.Array(PackageChange, { description: 'Against the version that was live before.' }),
  warnings: Type.Optional(
    Type.Array(
      Type.Object({
        path: Type.String({ description: 'JSON pointer into the definition.' }),
        message: Type.String(),
        hint: Type.Optional(Type.String({ description: 'What to do about it.' })),
      }),
      { description: 'What does not keep the package from being live, and will not work.' },
    ),
  ),
  nodes: Type.Array(Type.Object({ id: Type.String(), module: Type.String(), applied: Type.Boolean() }), {
    description: 'The live nodes, and whether each had applied the version when this was answered.',
  }),
});
export type PackageDeployed = Static<typeof PackageDeployed>;

const pausedSince = Type.Optional(Type.String({ format: 'date-time', description: 'Of a package that is paused.' }));

const PackagePaused = Type.Object({
  ...pauseFields,
  package: Type.String(),
  queues: Type.Array(
    Type.Object({
      id: Type.String(),
      ordering: Type.Enum(['strict', 'keyed', 'none']),
      sharedWith: Type.Array(Type.String(), { description: 'Other packages that have events there.' }),
    }),
    { description: 'Where its events wait.' },
  ),
});
export type PackagePaused = Static<typeof PackagePaused>;

export const packageOperations = {
  'package.validate': operation({
    summary: 'Checks a package, its schemas and its components without deploying it',
    role: 'viewer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/packages/validate',
    input: Type.Object({ tenant, definition, ...files }, closed),
    output: Type.Object({ valid: Type.Boolean() }),
  }),
  'package.deploy': operation({
    summary: 'Makes a new version of a package live, all of it or nothing',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/packages',
    input: Type.Object({ tenant, definition, ...files, dryRun }, closed),
    output: PackageDeployed,
  }),
  'package.rollback': operation({
    summary: 'Makes an earlier version of a package live again, as a new version with its content',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/packages/{package}/rollback',
    input: Type.Object(
      {
        tenant,
        package: packageId,
        to: versionNumber('The version. Default: the one before what is live.'),
        dryRun,
      },
      closed,
    ),
    output: PackageDeployed,
  }),
  'package.versions': operation({
    summary: 'Lists the versions of a package that are kept, newest first',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/packages/{package}/versions',
    input: Type.Object({ tenant, package: packageId }, closed),
    output: page(
      Type.Object({
        version: Type.Integer(),
        deployedAt: Type.String({ format: 'date-time' }),
        restores: Type.Optional(Type.Integer({ description: 'The earlier version that it is the same as.' })),
        isLive: Type.Boolean(),
      }),
    ),
  }),
  'package.list': operation({
    summary: 'Lists the packages of a tenant',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/packages',
    input: Type.Object({ tenant }, closed),
    output: page(
      Type.Object({
        id: Type.String(),
        name: Type.Optional(Type.String()),
        version: Type.Integer(),
        deployedAt: Type.String(),
        events: Type.Array(Type.String()),
        pausedSince,
      }),
    ),
  }),
  'package.get': operation({
    summary: 'Shows a version of a package',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/packages/{package}',
    input: Type.Object(
      { tenant, package: packageId, version: versionNumber('Default: the one that is live.') },
      closed,
    ),
    output: Type.Object({ ...PackageVersion.properties, pausedSince }, { title: 'Version of a package' }),
  }),
  'package.pause': operation({
    summary: 'Starts no job of a package until it is resumed; what runs ends, and its events wait',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/packages/{package}/pause',
    input: Type.Object({ tenant, package: packageId }, closed),
    output: PackagePaused,
  }),
  'package.resume': operation({
    summary: 'Goes on with a package that was paused',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/packages/{package}/resume',
    input: Type.Object({ tenant, package: packageId }, closed),
    output: PackagePaused,
  }),
  'package.undeploy': operation({
    summary: 'Removes a package; events that still wait for it become dead letters',
    role: 'deployer',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/packages/{package}',
    input: Type.Object({ tenant, package: packageId }, closed),
    output: Type.Object({ tenant: Type.String(), package: Type.String(), version: Type.Integer() }),
  }),
};
