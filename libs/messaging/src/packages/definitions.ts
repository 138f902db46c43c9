import { JobicoError, type PackageVersion } from '@jobico/contract';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { lastMessages } from '../reading/last-messages.ts';
import { DEFINITIONS, packageSubject } from '../subjects.ts';
import { createTenantStore } from '../tenants/tenants.ts';

const HISTORY = 64;
const LAST_VERSION = 'Jobico-Version';

/** A tenant's packages as they stand. */
export interface TenantPackages {
  packages: PackageVersion[];
  /** Changes with every deploy and undeploy of the tenant; what a write must name. */
  revision: number;
  /** The last version number that the package had, also of one that was undeployed; 0 for none. */
  lastVersion: (id: string) => number;
}

/** The deployed packages: the bucket `definitions`. */
export interface DefinitionStore {
  get(tenant: string, id: string): Promise<PackageVersion | undefined>;
  list(tenant: string): Promise<TenantPackages>;
  /** The versions of a package that are kept, newest first, also of one that was undeployed: the last 64 changes. */
  versions(tenant: string, id: string): Promise<PackageVersion[]>;
  /** Every version that is kept of every package of a tenant, also of those that were undeployed. */
  allVersions(tenant: string): Promise<PackageVersion[]>;
  tenants(): Promise<{ id: string; createdAt: string }[]>;
  /**
   * Makes a version live with one message, and the tenant known. Throws `conflict` if anything of the tenant's packages
   * has changed since `revision`. Answers the bucket's new revision.
   */
  put(version: PackageVersion, revision: number): Promise<number>;
  /** Takes a package away, under the same condition. */
  remove(version: PackageVersion, revision: number): Promise<number>;
}

export async function createDefinitionStore(nats: Nats): Promise<DefinitionStore> {
  const definitions = await openDefinitions(nats);
  const tenants = await createTenantStore(nats);

  const write = async (version: PackageVersion, revision: number, payload: string, fields: [string, string][]) => {
    const { sequence } = await nats.publisher.publish(packageSubject(version.tenant, version.id), payload, [
      ['Nats-Expected-Last-Subject-Sequence', String(revision)],
      // Any package of the tenant: two packages must not claim one event, whoever deploys them.
      ['Nats-Expected-Last-Subject-Sequence-Subject', packageSubject(version.tenant, '>')],
      ...fields,
    ]);
    return sequence;
  };

  return {
    async get(tenant, id) {
      const entry = await definitions.get(`${tenant}.package.${id}`);
      return entry?.operation === 'PUT' ? entry.json<PackageVersion>() : undefined;
    },
    list: (tenant) => listPackages(nats, definitions, tenant),
    async versions(tenant, id) {
      const found: PackageVersion[] = [];
      for await (const entry of await definitions.history({ key: `${tenant}.package.${id}` })) {
        if (entry.operation === 'PUT') found.push(entry.json<PackageVersion>());
      }
      return found.reverse();
    },
    tenants: () => tenants.list(),
    async allVersions(tenant) {
      const found: PackageVersion[] = [];
      for await (const entry of await definitions.history({ key: `${tenant}.package.*` })) {
        if (entry.operation === 'PUT') found.push(entry.json<PackageVersion>());
      }
      return found;
    },
    async put(version, revision) {
      await tenants.ensure(version.tenant);
      return await write(version, revision, JSON.stringify(version), []);
    },
    remove: (version, revision) =>
      write(version, revision, '', [
        ['KV-Operation', 'DEL'],
        [LAST_VERSION, String(version.version)],
      ]),
  };
}

/** The bucket itself, made if absent. */
export async function openDefinitions(nats: Nats): Promise<KV> {
  return await new Kvm(nats.js).create(DEFINITIONS, { history: HISTORY });
}

async function listPackages(nats: Nats, definitions: KV, tenant: string): Promise<TenantPackages> {
  const packages: PackageVersion[] = [];
  const versions = new Map<string, number>();
  let revision = 0;
  const { streamInfo } = await definitions.status();
  const filter = packageSubject(tenant, '>');
  for (const message of await lastMessages(nats, streamInfo.config.name, filter)) {
    revision = Math.max(revision, message.seq);
    const id = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    if (message.header.get('KV-Operation')) {
      versions.set(id, Number(message.header.get(LAST_VERSION) || 0));
      continue;
    }
    const version = message.json<PackageVersion>();
    versions.set(id, version.version);
    packages.push(version);
  }
  packages.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { packages, revision, lastVersion: (id) => versions.get(id) ?? 0 };
}

/** Throws `conflict` with both versions: what a deploy answers when another one came first. */
export function deployedMeanwhile(id: string, expected: number, found: number): JobicoError {
  return new JobicoError(
    'conflict',
    `package ${id} was deployed by someone else meanwhile: version ${found} is live, not ${expected}`,
    {
      hint: 'Look at what is live (`jobico show deploy`), then deploy again.',
      details: { expected, found },
    },
  );
}
