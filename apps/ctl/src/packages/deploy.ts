import {
  asJobicoError,
  changesBetween,
  JobicoError,
  type OperationOutput,
  type PackageChange,
  type PackageContent,
  type PackageDefinition,
  type PackageVersion,
} from '@jobico/contract';
import {
  deployedMeanwhile,
  listQueues,
  type DefinitionStore,
  type Nats,
  type Nodes,
  type SecretStore,
  type Pauses,
  type TenantPackages,
} from '@jobico/messaging';
import type { TenantLocks } from '../tenants/tenant-locks.ts';
import { untilApplied } from './applied.ts';
import { missingSecrets } from './missing-secrets.ts';
import { assertFits } from './neighbours.ts';
import { pinFiles, type GivenDigests, type PinDeps, type PinnedFiles } from './pin-files.ts';
import { assertOrderingStays, openQueues } from './queues.ts';
import type { Reconciler } from './reconcile.ts';

export interface DeployDeps extends PinDeps {
  secrets: SecretStore;
  nats: Nats;
  store: DefinitionStore;
  nodes: Nodes;
  locks: TenantLocks;
  reconciler: Reconciler;
  pauses: Pauses;
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

/** What a version is made of. */
type Content = PackageContent & Pick<PackageVersion, 'restores'>;

/** What a deploy may be told beside the package. */
export interface DeployOptions {
  /** Everything is checked and nothing is changed. */
  dryRun?: boolean | undefined;
  /** The earlier version that this one brings back. */
  restores?: number | undefined;
}

/** Makes a version live: the queues first, so that no event which is declared has nowhere to go, then the definition. */
export async function deploy(
  deps: DeployDeps,
  definition: PackageDefinition,
  given: GivenDigests,
  { dryRun = false, restores }: DeployOptions = {},
): Promise<OperationOutput<'package.deploy'>> {
  const { tenant, id } = definition;
  const { pinned, before } = await checkPackage(deps, definition, given);
  const content: Content = { definition, ...pinned, ...(restores !== undefined && { restores }) };
  const { published, revision, changes } = dryRun
    ? await rehearse(deps, content)
    : await deps.locks(tenant, () => publish(deps, content, before));
  const nodes = dryRun ? [] : await untilApplied(deps.nodes, revision, APPLY_TIMEOUT_MS);
  const { version, restores: restored } = published;
  const warnings = missingSecrets(definition, await deps.secrets.list(tenant));
  return {
    tenant,
    package: id,
    version,
    ...(restored !== undefined && { restores: restored }),
    changed: changes.length > 0,
    changes,
    ...(warnings.length > 0 && { warnings }),
    nodes,
  };
}

interface Published {
  published: PackageVersion;
  /** Of the definitions bucket. */
  revision: number;
  changes: PackageChange[];
}

/** What publishing would do, with everything checked that it checks. */
async function rehearse(deps: DeployDeps, content: Content): Promise<Published> {
  const { tenant } = content.definition;
  const live = await deps.store.list(tenant);
  const { current, changes } = compare(content, live);
  const { revision } = live;
  if (current && changes.length === 0) return { published: current, revision, changes };
  const next = versionOf(content, live);
  assertOrderingStays(next, live.packages, await listQueues(deps.nats, tenant));
  return { published: next, revision, changes };
}

function compare(content: Content, { packages }: TenantPackages) {
  const current = packages.find(({ id }) => id === content.definition.id);
  return { current, changes: changesBetween(current, content) };
}

async function publish(deps: DeployDeps, content: Content, before: PackageVersion | undefined): Promise<Published> {
  const { id, tenant } = content.definition;
  for (let write = 1; ; write += 1) {
    const live = await deps.store.list(tenant);
    const { current, changes } = compare(content, live);
    if (current && changes.length === 0) return { published: current, revision: live.revision, changes };
    if (current?.version !== before?.version) {
      throw deployedMeanwhile(id, before?.version ?? 0, current?.version ?? 0);
    }
    const next = versionOf(content, live);
    try {
      return { published: next, revision: await publishOnce(deps, next, live), changes };
    } catch (error) {
      // Another process deployed something of the tenant between the look and the write.
      if (!(error instanceof WriteConflict) || write >= MAX_WRITES) throw error;
    } finally {
      await deps.reconciler.reconcile(tenant);
    }
  }
}

/** The definitions of the tenant changed since they were read; as an error, what its cause is. */
class WriteConflict extends JobicoError {
  constructor(cause: JobicoError) {
    super('conflict', cause.message, { hint: 'Deploy again.', cause });
  }
}

/** Answers the bucket's new revision. */
async function publishOnce(deps: DeployDeps, next: PackageVersion, live: TenantPackages): Promise<number> {
  const others = live.packages.filter(({ id }) => id !== next.id);
  assertFits(next.definition, live.packages);
  const queues = await listQueues(deps.nats, next.tenant);
  assertOrderingStays(next, live.packages, queues);
  await openQueues(deps.nats, next, others, queues);
  try {
    return await deps.store.put(next, live.revision);
  } catch (error) {
    const known = asJobicoError(error);
    throw known.code === 'conflict' ? new WriteConflict(known) : error;
  }
}

function versionOf(content: Content, live: TenantPackages): PackageVersion {
  const { tenant, id } = content.definition;
  return { tenant, id, version: live.lastVersion(id) + 1, deployedAt: new Date().toISOString(), ...content };
}
