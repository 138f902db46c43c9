import { jobsOf, queueOf, type Job, type PackageVersion, type Queue } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { openDefinitions } from './definitions.ts';
import { DEFINITIONS, parseDefinitionKey, pauseKey } from '../subjects.ts';
import { watchBucket, type BucketEntry, type BucketWatch } from '../reading/watch-bucket.ts';

/** An event that some live package declares, and everything that decides what happens to it. */
export interface DeclaredEvent {
  version: PackageVersion;
  job: Job;
  queue: Queue;
  /** Of its JSON Schema, if it has one. */
  schemaDigest?: string;
  moduleDigest: string;
}

/** A live copy of all definitions, kept by a watch on their bucket. */
export interface Definitions extends BucketWatch {
  /** The bucket revision that this copy has reached. */
  readonly revision: number;
  packages(): Iterable<PackageVersion>;
  event(tenant: string, event: string): DeclaredEvent | undefined;
  /** Every declared event of a tenant. */
  events(tenant: string): readonly DeclaredEvent[];
  hasTenant(tenant: string): boolean;
  /** Whether no job may be started for an event that waits in a queue: the queue is paused, or the event's package. */
  isPaused(tenant: string, queue: string, event: string): boolean;
  /** Whether none may be started for any event of a queue: it is paused, or every package that has events there. */
  isAtRest(tenant: string, queue: string): boolean;
}

/** Resolves once every definition that exists has been read. */
export async function watchDefinitions(nats: Nats, log: Logger): Promise<Definitions> {
  await openDefinitions(nats);
  const packages = new Map<string, PackageVersion>();
  const byTenant = new Map<string, Map<string, DeclaredEvent>>();
  const paused = new Set<string>();
  let revision = 0;

  const apply = (entry: BucketEntry) => {
    revision = Math.max(revision, entry.revision);
    const key = parseDefinitionKey(entry.key);
    if (key?.kind === 'package') applyPackage(entry, key.tenant);
    else if (entry.value) paused.add(entry.key);
    else paused.delete(entry.key);
  };

  const isPackagePaused = ({ version }: DeclaredEvent) => paused.has(pauseKey(version.tenant, 'package', version.id));
  const isQueuePaused = (tenant: string, queue: string) => paused.has(pauseKey(tenant, 'queue', queue));

  const applyPackage = ({ key, value }: BucketEntry, tenant: string) => {
    if (value) packages.set(key, value.json());
    else packages.delete(key);
    const declared = new Map<string, DeclaredEvent>();
    for (const version of packages.values()) {
      if (version.tenant === tenant) for (const event of declaredBy(version)) declared.set(event.job.event, event);
    }
    if (declared.size > 0) byTenant.set(tenant, declared);
    else byTenant.delete(tenant);
  };

  const watch = await watchBucket(nats, DEFINITIONS, apply, log);
  return {
    ...watch,
    get revision() {
      return revision;
    },
    packages: () => packages.values(),
    event: (tenant, event) => byTenant.get(tenant)?.get(event),
    events: (tenant) => [...(byTenant.get(tenant)?.values() ?? [])],
    hasTenant: (tenant) => byTenant.has(tenant),
    isPaused(tenant, queue, event) {
      if (paused.size === 0) return false;
      const declared = byTenant.get(tenant)?.get(event);
      return isQueuePaused(tenant, queue) || (declared?.queue.id === queue && isPackagePaused(declared));
    },
    isAtRest(tenant, queue) {
      if (paused.size === 0) return false;
      if (isQueuePaused(tenant, queue)) return true;
      const declared = [...(byTenant.get(tenant)?.values() ?? [])].filter((each) => each.queue.id === queue);
      return declared.length > 0 && declared.every(isPackagePaused);
    },
  };
}

function declaredBy(version: PackageVersion): DeclaredEvent[] {
  const queues = new Map(version.definition.queues.map((queue) => [queue.id, queueOf(queue)]));
  return jobsOf(version.definition).map((job) => {
    const queue = queues.get(job.queue);
    const moduleDigest = version.modules[job.moduleref];
    const schemaDigest = job.schemaref === undefined ? undefined : version.schemas[job.schemaref];
    if (!queue || moduleDigest === undefined || (job.schemaref !== undefined && schemaDigest === undefined)) {
      throw new RangeError(`package ${version.tenant}/${version.id} version ${version.version} is not complete`);
    }
    return { version, job, queue, moduleDigest, ...(schemaDigest !== undefined && { schemaDigest }) };
  });
}
