import { ARTIFACT_VERSION } from '@jobico/component';
import type { FileKind } from '@jobico/contract';
import {
  createArtifactStore,
  createDefinitionStore,
  createFileCollector,
  createFileStore,
  digestOf,
  type Nats,
} from '@jobico/messaging';
import { expect, test, vi } from 'vitest';
import { component } from './support/component.ts';
import { controlPlane, packageOf } from './support/control-plane.ts';
import { ownNats } from './support/own-nats.ts';

vi.setConfig({ testTimeout: 120_000 });

const HOUR_MS = 3_600_000;

/** A control plane whose file `work.wasm` was deleted long ago, and whose collector is about to take what it held. */
async function ripe() {
  // A collector looks at the files of all tenants.
  const { client, tenant, nats } = await controlPlane({ natsUrl: await ownNats() });
  const files = await createFileStore(nats);
  const artifacts = await createArtifactStore(nats);
  const definitions = await createDefinitionStore(nats);
  const wanted = await component();
  const digest = digestOf(wanted);
  const put = (kind: FileKind, name: string, content: Buffer) =>
    client.call('file.upload', { tenant, kind, name, content: content.toString('base64') });
  const upload = (content: Buffer) => put('wasm', 'work.wasm', content);

  let behindMs = 0;
  const meanwhile: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {};
  // The seam of a round: it has listed what is stored, and looks at what packages pin before it deletes.
  const collector = await createFileCollector(
    nats,
    {
      async allVersions(of) {
        await meanwhile.before?.();
        const versions = await definitions.allVersions(of);
        await meanwhile.after?.();
        return versions;
      },
    },
    { graceMs: HOUR_MS, now: () => Date.now() - behindMs },
  );
  const remove = (kind: FileKind, name: string) => client.call('file.delete', { tenant, kind, name });
  /** Stores a file, deletes its name, and has a collector find its content unneeded for long. */
  const ripen = async (kind: FileKind, name: string, content: Buffer) => {
    await put(kind, name, content);
    await remove(kind, name);
    await backdate(nats, 'files', `${tenant}/content/${digestOf(content)}`, 4 * HOUR_MS);
    if (kind === 'wasm') await backdate(nats, 'artifacts', `${digestOf(content)}/${ARTIFACT_VERSION}`, 4 * HOUR_MS);
    behindMs = 2 * HOUR_MS;
    await collector.collect();
    behindMs = 0;
  };
  await ripen('wasm', 'work.wasm', wanted);
  const deploy = (changes: object = {}) =>
    client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop', changes) });
  /** What executors read of the version that is live. */
  const pinned = async () => {
    const { modules } = await client.call('package.get', { tenant, package: 'shop' });
    const pin = modules['work.wasm'] ?? '';
    const content = await files.content(tenant, pin);
    return { pin, isStored: content !== undefined, isTranslated: await artifacts.has(pin, ARTIFACT_VERSION) };
  };
  const kept = { pin: digest, isStored: true, isTranslated: true };
  return {
    client,
    tenant,
    files,
    wanted,
    digest,
    put,
    upload,
    remove,
    meanwhile,
    collector,
    deploy,
    pinned,
    kept,
    ripen,
  };
}

/** Makes an object of a store as old as if it had come so long ago. */
async function backdate(nats: Nats, bucket: string, name: string, ms: number): Promise<void> {
  const token = Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const subject = `$O.${bucket}.M.${token}`;
  const message = await nats.jsm.streams.getMessage(`OBJ_${bucket}`, { last_by_subj: subject });
  const mtime = new Date(Date.now() - ms).toISOString();
  await nats.js.publish(subject, JSON.stringify({ ...message?.json<object>(), mtime }));
}

test('what nobody uses again is taken by the round that the others here interrupt', async () => {
  const { collector, upload, wanted, deploy, pinned, kept } = await ripe();
  expect(await collector.collect()).toMatchObject({ contents: 1 });
  await upload(wanted);
  await deploy();
  expect(await pinned()).toEqual(kept);
});

test.each(['before', 'after'] as const)(
  'what a deploy stores again and pins is kept by a round that has listed it, and is %s its look at the packages',
  async (when) => {
    const { collector, upload, wanted, remove, meanwhile, pinned, kept, client, tenant, digest } = await ripe();
    meanwhile[when] = async () => {
      await upload(wanted);
      // A name is nobody's: somebody takes it away at once, and the deploy goes by the digest.
      await remove('wasm', 'work.wasm');
      const definition = packageOf(tenant, 'shop');
      await client.call('package.deploy', { tenant, definition, modules: { 'work.wasm': digest } });
    };
    expect(await collector.collect()).toEqual({ contents: 0, artifacts: 0, uploads: 0 });
    expect(await pinned()).toEqual(kept);
    delete meanwhile[when];
    await collector.collect();
    expect(await pinned()).toEqual(kept);
  },
);

test('what is stored again and loses its name again between two rounds is kept for the deploy that has found it', async () => {
  const { collector, upload, wanted, remove, pinned, kept, client, tenant, digest } = await ripe();
  await upload(wanted);
  await remove('wasm', 'work.wasm');
  expect(await collector.collect()).toEqual({ contents: 0, artifacts: 0, uploads: 0 });
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition, modules: { 'work.wasm': digest } });
  expect(await pinned()).toEqual(kept);
});

test('deploys and rounds side by side, again and again: what is pinned is there', async () => {
  const { client, tenant, collector, ripen, put, upload, deploy, files, wanted } = await ripe();
  await upload(wanted);
  const event = { id: 'shop-happened', supplierqueue: 'default', runtime: 'work' };
  const jobs = [{ event: { ...event, schema: { id: 'order', schemaref: 'order.json' } } }];
  const schema = (title: string) => Buffer.from(JSON.stringify({ title }));
  for (let round = 0; round < 10; round += 1) {
    const own = schema(`round ${round}`);
    await ripen('json', 'order.json', own);
    const rounds = (async () => {
      for (let n = 0; n < 4; n += 1) await collector.collect();
    })();
    await put('json', 'order.json', own);
    await deploy({ jobs });
    await rounds;
    const { schemas } = await client.call('package.get', { tenant, package: 'shop' });
    const pin = schemas['order.json'] ?? '';
    expect([round, pin]).toEqual([round, digestOf(own)]);
    expect(Buffer.from((await files.content(tenant, pin)) ?? []).toString()).toBe(own.toString());
  }
});
