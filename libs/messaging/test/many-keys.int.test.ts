import type { PackageVersion } from '@jobico/contract';
import { createDefinitionStore, createPauses, watchDefinitions } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test, vi } from 'vitest';
import { uniqueTenant, withNats } from './nats.ts';

vi.setConfig({ testTimeout: 120_000 });

/** More than the server answers in one look-up. */
const MANY = 1500;
const all = Array.from({ length: MANY }, (_, n) => n);

const versionOf = (tenant: string, n: number, version = 1): PackageVersion => ({
  tenant,
  id: `p${n}`,
  version,
  deployedAt: new Date().toISOString(),
  definition: { id: `p${n}`, tenant, queues: [], jobs: [], runtimes: [] },
  modules: {},
  schemas: {},
});

test('a tenant with 1,500 packages is listed whole, and can deploy one more', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const store = await createDefinitionStore(nats);
    await store.put(versionOf(tenant, 0), 0);
    await Promise.all(
      all
        .slice(1)
        .map((n) =>
          nats.publisher.publish(`$KV.definitions.${tenant}.package.p${n}`, JSON.stringify(versionOf(tenant, n)), []),
        ),
    );
    const { packages, revision, lastVersion } = await store.list(tenant);
    expect(packages.map(({ id }) => id)).toEqual(all.map((n) => `p${n}`).toSorted());
    expect(lastVersion('p7')).toBe(1);
    await store.put(versionOf(tenant, 7, 2), revision);
    expect((await store.list(tenant)).lastVersion('p7')).toBe(2);
    const definitions = await watchDefinitions(nats, createSilentLogger());
    expect([...definitions.packages()].filter((each) => each.tenant === tenant)).toHaveLength(MANY);
    await definitions.stop();
  }));

test('1,500 pauses of a tenant are listed whole, and each can be ended', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const pauses = await createPauses(nats);
    for (let from = 0; from < MANY; from += 100) {
      await Promise.all(all.slice(from, from + 100).map((n) => pauses.pause(tenant, 'package', `p${n}`)));
    }
    const listed = await pauses.list(tenant);
    expect(listed.map(({ id }) => id).toSorted()).toEqual(all.map((n) => `p${n}`).toSorted());
    const { revision } = await pauses.resume(tenant, 'package', 'p3');
    expect(await pauses.revision(tenant)).toBe(revision);
    expect(await pauses.list(tenant)).toHaveLength(MANY - 1);
  }));
