import { JobicoError, jobsOf, normalise, shown, validatePackage, type PackageDefinition } from '@jobico/contract';
import type { Handlers } from '../operations.ts';
import { checkPackage, deploy, type DeployDeps } from './deploy.ts';
import { noSuchPackage, undeploy } from './undeploy.ts';

export type PackageHandlers = Pick<
  Handlers,
  'package.validate' | 'package.deploy' | 'package.list' | 'package.get' | 'package.undeploy'
>;

export function createPackageHandlers(deps: DeployDeps): PackageHandlers {
  const { store } = deps;
  return {
    async 'package.validate'({ tenant, definition, ...given }) {
      await checkPackage(deps, packageOf(tenant, definition), given);
      return { valid: true };
    },
    async 'package.deploy'({ tenant, definition, ...given }) {
      return await deploy(deps, packageOf(tenant, definition), given);
    },
    async 'package.list'({ tenant }) {
      const { packages } = await store.list(tenant);
      const items = packages.map(({ id, version, deployedAt, definition }) => ({
        id,
        ...(definition.name !== undefined && { name: definition.name }),
        version,
        deployedAt,
        events: jobsOf(definition).map(({ event }) => event),
      }));
      return { items };
    },
    async 'package.get'({ tenant, package: id }) {
      const found = await store.get(tenant, id);
      if (found) return found;
      throw noSuchPackage(tenant, id, (await store.list(tenant)).packages);
    },
    'package.undeploy': ({ tenant, package: id }) => undeploy(deps, tenant, id),
  };
}

/** The definition, valid and of the tenant that the caller named. The paths of its faults start at the package. */
function packageOf(tenant: string, value: unknown): PackageDefinition {
  const definition = validatePackage(normalise(value));
  if (definition.tenant === tenant) return definition;
  throw new JobicoError('package-invalid', 'the package is of another tenant than the one it is deployed to', {
    faults: [{ path: '/tenant', message: 'is another tenant', value: shown(definition.tenant), allowed: tenant }],
  });
}
