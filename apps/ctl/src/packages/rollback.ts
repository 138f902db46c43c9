import { JobicoError, type OperationInput, type OperationOutput, type PackageVersion } from '@jobico/contract';
import { deploy, type DeployDeps } from './deploy.ts';
import { noSuchPackage } from './undeploy.ts';

/**
 * Makes an earlier version live again: a new version with its definition and the exact files that it pinned. Without a
 * number that is the one before what is live; of a version that a rollback brought back, the one before the original, so
 * that a second rollback goes further back. An undeployed package comes back as it was last.
 */
export async function rollback(
  deps: DeployDeps,
  { tenant, package: id, to, dryRun }: OperationInput<'package.rollback'>,
): Promise<OperationOutput<'package.rollback'>> {
  const versions = await deps.store.versions(tenant, id);
  const live = await deps.store.get(tenant, id);
  if (versions.length === 0) throw noSuchPackage(tenant, id, (await deps.store.list(tenant)).packages);
  const target = to === undefined ? previous(versions, live) : versions.find(({ version }) => version === to);
  if (!target) throw noSuchVersion(id, versions, to);
  const { definition, modules, schemas, version } = target;
  return await deploy(deps, definition, { modules, schemas }, { dryRun, restores: target.restores ?? version });
}

function previous(versions: readonly PackageVersion[], live: PackageVersion | undefined): PackageVersion | undefined {
  if (!live) return versions[0];
  const content = live.restores ?? live.version;
  return versions.find(({ version }) => version < content);
}

/** The error for a version that is not kept, or the one before the first. */
export function noSuchVersion(id: string, versions: readonly PackageVersion[], wanted?: number): JobicoError {
  const kept = versions.map(({ version }) => version).toReversed();
  const what = wanted === undefined ? 'no earlier version' : `no version ${wanted}`;
  return new JobicoError('not-found', `package ${id} has ${what}`, {
    hint: `Kept are: ${kept.join(', ')}. See: jobico package versions ${id}`,
  });
}
