import { isDeepStrictEqual } from 'node:util';
import {
  asJobicoError,
  JobicoError,
  type OperationOutput,
  type PackageDefinition,
  type PackageVersion,
} from '@jobico/contract';
import {
  deployedMeanwhile,
  listQueues,
  type DefinitionStore,
  type Nats,
  type Nodes,
  type TenantPackages,
} from '@jobico/messaging';
import type { TenantLocks } from '../tenants/tenant-locks.ts';
import { untilApplied } from './applied.ts';
import { assertFits } from './neighbours.ts';
import { pinFiles, type GivenDigests, type PinDeps, type PinnedFiles } from './pin-files.ts';
import { assertOrderingStays, openQueues } from './queues.ts';
import type { Reconciler } from './reconcile.ts';

export interface DeployDeps extends PinDeps {
  nats: Nats;
  store: DefinitionStore;
  nodes: Nodes;
  locks: TenantLocks;
  reconciler: Reconciler;
}

/** A deploy answers within this, also when a node is stuck. */
const APPLY_TIMEOUT_MS = 5000;
/** Of writes that another process of ctl comes before. */
const MAX_WRITES = 10;

/** Checks a package as a deploy does, and changes nothing. */
export async function checkPackage(
  deps: Pick<DeployDeps, 'store' | keyof PinDeps>,
  definition: PackageDefinition,
  given: GivenDigests,
): Promise<{ pinned: PinnedFiles; before: PackageVersion | undefined }> {
  const { packages } = await deps.store.list(definition.tenant);
  assertFits(definition, packages);
  const pinned = await pinFiles(deps, definition, given);
  return { pinned, before: packages.find(({ id }) => id === definition.id) };
}

/** Makes a version live: the queues first, so that no event which is declared has nowhere to go, then the definition. */
export async function deploy(
  deps: DeployDeps,
  definition: PackageDefinition,
  given: GivenDigests,
): Promise<OperationOutput<'package.deploy'>> {
  const { tenant, id } = definition;
  const { pinned, before } = await checkPackage(deps, definition, given);
  const { version, revision, changed } = await deps.locks(tenant, () => publish(deps, definition, pinned, before));
  const nodes = await untilApplied(deps.nodes, revision, APPLY_TIMEOUT_MS);
  return { tenant, package: id, version, changed, nodes };
}

interface Published {
  version: number;
  /** Of the definitions bucket. */
  revision: number;
  changed: boolean;
}

async function publish(
  deps: DeployDeps,
  definition: PackageDefinition,
  pinned: PinnedFiles,
  before: PackageVersion | undefined,
): Promise<Published> {
  for (let write = 1; ; write += 1) {
    const live = await deps.store.list(definition.tenant);
    const current = live.packages.find(({ id }) => id === definition.id);
    if (current && isSame(current, definition, pinned)) {
      return { version: current.version, revision: live.revision, changed: false };
    }
    if (current?.version !== before?.version) {
      throw deployedMeanwhile(definition.id, before?.version ?? 0, current?.version ?? 0);
    }
    try {
      return await publishOnce(deps, versionOf(definition, pinned, live), live);
    } catch (error) {
      // Another process deployed something of the tenant between the look and the write.
      if (!(error instanceof WriteConflict) || write >= MAX_WRITES) throw error;
    } finally {
      await deps.reconciler.reconcile(definition.tenant);
    }
  }
}

/** The definitions of the tenant changed since they were read; as an error, what its cause is. */
class WriteConflict extends JobicoError {
  constructor(cause: JobicoError) {
    super('conflict', cause.message, { hint: 'Deploy again.', cause });
  }
}

async function publishOnce(deps: DeployDeps, next: PackageVersion, live: TenantPackages): Promise<Published> {
  const others = live.packages.filter(({ id }) => id !== next.id);
  assertFits(next.definition, live.packages);
  const queues = await listQueues(deps.nats, next.tenant);
  assertOrderingStays(next, live.packages, queues);
  await openQueues(deps.nats, next, others, queues);
  try {
    const revision = await deps.store.put(next, live.revision);
    return { version: next.version, revision, changed: true };
  } catch (error) {
    const known = asJobicoError(error);
    throw known.code === 'conflict' ? new WriteConflict(known) : error;
  }
}

function versionOf(definition: PackageDefinition, pinned: PinnedFiles, live: TenantPackages): PackageVersion {
  const { tenant, id } = definition;
  const deployedAt = new Date().toISOString();
  return { tenant, id, version: live.lastVersion(id) + 1, deployedAt, definition, ...pinned };
}

function isSame(current: PackageVersion, definition: PackageDefinition, { modules, schemas }: PinnedFiles): boolean {
  const live = { definition: current.definition, modules: current.modules, schemas: current.schemas };
  return isDeepStrictEqual(live, { definition, modules, schemas });
}
