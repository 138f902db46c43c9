import { jobsOf, queueOf, type Job, type PackageVersion, type Queue } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { KvWatchEntry } from '@nats-io/kv';
import type { Nats } from './connection.ts';
import { openDefinitions } from './definitions.ts';

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
export interface Definitions {
  /** The bucket revision that this copy has reached. */
  readonly revision: number;
  packages(): Iterable<PackageVersion>;
  event(tenant: string, event: string): DeclaredEvent | undefined;
  /** Every declared event of a tenant. */
  events(tenant: string): readonly DeclaredEvent[];
  hasTenant(tenant: string): boolean;
  /** Calls back after each change. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** Resolves once every definition that exists has been read. */
export async function watchDefinitions(nats: Nats, log: Logger): Promise<Definitions> {
  const bucket = await openDefinitions(nats);
  const packages = new Map<string, PackageVersion>();
  const byTenant = new Map<string, Map<string, DeclaredEvent>>();
  const listeners = new Set<() => void>();
  let revision = 0;

  const apply = (entry: KvWatchEntry) => {
    revision = Math.max(revision, entry.revision);
    const tenant = entry.key.slice(0, entry.key.indexOf('.'));
    if (entry.operation === 'PUT') packages.set(entry.key, entry.json<PackageVersion>());
    else packages.delete(entry.key);
    const declared = new Map<string, DeclaredEvent>();
    for (const version of packages.values()) {
      if (version.tenant === tenant) for (const event of declaredBy(version)) declared.set(event.job.event, event);
    }
    if (declared.size > 0) byTenant.set(tenant, declared);
    else byTenant.delete(tenant);
  };

  const { values } = await bucket.status();
  const watch = await bucket.watch();
  const initial = Promise.withResolvers<void>();
  if (values === 0) initial.resolve();
  const watching = (async () => {
    for await (const entry of watch) {
      try {
        apply(entry);
      } catch (error) {
        log.error({ key: entry.key, revision: entry.revision, err: error }, 'definition cannot be read and is skipped');
      }
      if (entry.delta === 0) initial.resolve();
      for (const listener of listeners) listener();
    }
  })();
  await initial.promise;

  return {
    get revision() {
      return revision;
    },
    packages: () => packages.values(),
    event: (tenant, event) => byTenant.get(tenant)?.get(event),
    events: (tenant) => [...(byTenant.get(tenant)?.values() ?? [])],
    hasTenant: (tenant) => byTenant.has(tenant),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      listeners.clear();
      watch.stop();
      await watching;
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
