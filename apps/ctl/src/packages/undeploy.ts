import { asJobicoError, JobicoError, nearest, type OperationOutput } from '@jobico/contract';
import type { DefinitionStore, Pauses } from '@jobico/messaging';
import type { TenantLocks } from '../tenants/tenant-locks.ts';
import type { Reconciler } from './reconcile.ts';

export interface UndeployDeps {
  store: DefinitionStore;
  locks: TenantLocks;
  reconciler: Reconciler;
  pauses: Pauses;
}

/** Of writes that another process of ctl comes before. */
const MAX_WRITES = 10;

/**
 * Takes a package away: the definition first, then its events off the streams. A queue that nobody declares any more
 * goes once the executors have made dead letters of what waits in it.
 */
export async function undeploy(
  { store, locks, reconciler, pauses }: UndeployDeps,
  tenant: string,
  id: string,
): Promise<OperationOutput<'package.undeploy'>> {
  return await locks(tenant, async () => {
    const version = await removeDefinition(store, tenant, id);
    // What waits must become dead letters, and what is deployed under the name one day is another package.
    await pauses.resume(tenant, 'package', id);
    await reconciler.reconcile(tenant);
    return { tenant, package: id, version };
  });
}

async function removeDefinition(store: DefinitionStore, tenant: string, id: string): Promise<number> {
  for (let write = 1; ; write += 1) {
    const { packages, revision } = await store.list(tenant);
    const current = packages.find((each) => each.id === id);
    if (!current) throw noSuchPackage(tenant, id, packages);
    try {
      await store.remove(current, revision);
      return current.version;
    } catch (error) {
      if (asJobicoError(error).code !== 'conflict' || write >= MAX_WRITES) throw error;
    }
  }
}

/** The error for a package that is not deployed, with the one that was probably meant. */
export function noSuchPackage(tenant: string, id: string, packages: readonly { id: string }[]): JobicoError {
  const ids = packages.map((each) => each.id);
  const suggestion = nearest(id, ids);
  const deployed = ids.length > 0 ? `Deployed are: ${ids.join(', ')}.` : 'Nothing is deployed there.';
  return new JobicoError('not-found', `tenant ${tenant} has no package ${id}`, {
    hint: suggestion === undefined ? deployed : `Did you mean ${suggestion}? ${deployed}`,
  });
}
