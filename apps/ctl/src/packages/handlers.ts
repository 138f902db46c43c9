import { JobicoError, jobsOf, normalise, shown, validatePackage, type PackageDefinition } from '@jobico/contract';
import type { Pause } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { checkPackage, deploy, type DeployDeps } from './deploy.ts';
import { noSuchVersion, rollback } from './rollback.ts';
import { noSuchPackage, undeploy } from './undeploy.ts';

export type PackageHandlers = Pick<
  Handlers,
  | 'package.validate'
  | 'package.deploy'
  | 'package.rollback'
  | 'package.list'
  | 'package.versions'
  | 'package.get'
  | 'package.undeploy'
>;

export function createPackageHandlers(deps: DeployDeps): PackageHandlers {
  const { store, pauses } = deps;
  return {
    async 'package.validate'({ tenant, definition, ...given }) {
      await checkPackage(deps, packageOf(tenant, definition), given);
      return { valid: true };
    },
    async 'package.deploy'({ tenant, definition, dryRun, ...given }) {
      return await deploy(deps, packageOf(tenant, definition), given, { dryRun });
    },
    'package.rollback': (input) => rollback(deps, input),
    async 'package.list'({ tenant }) {
      const { packages } = await store.list(tenant);
      const paused = await pauses.list(tenant);
      const items = packages.map(({ id, version, deployedAt, definition }) => ({
        id,
        ...(definition.name !== undefined && { name: definition.name }),
        version,
        deployedAt,
        events: jobsOf(definition).map(({ event }) => event),
        ...pausedSince(paused, id),
      }));
      return { items };
    },
    async 'package.versions'({ tenant, package: id }) {
      const live = await store.get(tenant, id);
      const versions = await store.versions(tenant, id);
      if (versions.length === 0) throw noSuchPackage(tenant, id, (await store.list(tenant)).packages);
      const items = versions.map(({ version, deployedAt, restores }) => ({
        version,
        deployedAt,
        ...(restores !== undefined && { restores }),
        isLive: version === live?.version,
      }));
      return { items };
    },
    async 'package.get'({ tenant, package: id, version }) {
      const versions = version === undefined ? [] : await store.versions(tenant, id);
      const found =
        version === undefined ? await store.get(tenant, id) : versions.find((each) => each.version === version);
      if (found) return { ...found, ...pausedSince(await pauses.list(tenant), id) };
      if (versions.length > 0) throw noSuchVersion(id, versions, version);
      throw noSuchPackage(tenant, id, (await store.list(tenant)).packages);
    },
    'package.undeploy': ({ tenant, package: id }) => undeploy(deps, tenant, id),
  };
}

function pausedSince(pauses: readonly Pause[], id: string): { pausedSince?: string } {
  const paused = pauses.find((pause) => pause.of === 'package' && pause.id === id);
  return paused ? { pausedSince: paused.since } : {};
}

/** The definition, valid and of the tenant that the caller named. The paths of its faults start at the package. */
function packageOf(tenant: string, value: unknown): PackageDefinition {
  const definition = validatePackage(normalise(value));
  if (definition.tenant === tenant) return definition;
  throw new JobicoError('package-invalid', 'the package is of another tenant than the one it is deployed to', {
    faults: [{ path: '/tenant', message: 'is another tenant', value: shown(definition.tenant), allowed: tenant }],
  });
}
