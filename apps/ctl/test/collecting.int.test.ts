import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createArtifactStore,
  createDefinitionStore,
  createFileCollector,
  createFileStore,
  digestOf,
} from '@jobico/messaging';
import { startNatsServer } from '@jobico/nats-server';
import { expect, inject, onTestFinished, test } from 'vitest';
import { controlPlane, packageOf, storeComponent } from './support/control-plane.ts';

/** A control plane on a server of its own: a collector looks at the files of all tenants. */
async function alone() {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-collect-'));
  const server = await startNatsServer({ binary: inject('natsServerBinary'), dataDir });
  onTestFinished(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const platform = await controlPlane({ natsUrl: server.url });
  const files = await createFileStore(platform.nats);
  let timeMs = Date.now();
  const collector = await createFileCollector(platform.nats, await createDefinitionStore(platform.nats), {
    graceMs: 1000,
    now: () => timeMs,
  });
  /** A round, after some time. */
  const collect = async (afterMs: number) => {
    // What is stored has the time of day, and storing takes some.
    timeMs = Math.max(timeMs, Date.now()) + afterMs;
    return await collector.collect();
  };
  const upload = async (text: string) => {
    const content = Buffer.from(text);
    await platform.client.call('file.upload', {
      tenant: platform.tenant,
      kind: 'json',
      name: 'order.json',
      content: content.toString('base64'),
    });
    return digestOf(content);
  };
  return { ...platform, files, collect, upload };
}

test(
  'content is kept while a name or a kept version needs it, and collected once neither has for a while',
  { timeout: 60_000 },
  async () => {
    const { client, tenant, nats, files, collect, upload } = await alone();
    const [old, current] = [await upload('{"title":"1"}'), await upload('{"title":"2"}')];
    const echo = await storeComponent(client, tenant);
    await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
    await client.call('file.delete', { tenant, kind: 'wasm', name: 'work.wasm' });
    await client.call('package.undeploy', { tenant, package: 'shop' });

    expect(await collect(5000)).toEqual({ contents: 0, artifacts: 0, uploads: 0 });
    expect(await files.content(tenant, old)).toBeDefined();
    expect(await collect(1000)).toEqual({ contents: 1, artifacts: 0, uploads: 0 });
    expect(await files.content(tenant, old)).toBeUndefined();
    expect(await files.content(tenant, current)).toBeDefined();
    expect(await files.content(tenant, echo)).toBeDefined();
    expect(await client.call('package.rollback', { tenant, package: 'shop' })).toMatchObject({ changed: true });

    // Another component, of which only the artifact is left by an upload that broke off.
    const artifacts = await createArtifactStore(nats);
    await artifacts.put('sha256:lone', '1', new Uint8Array(8));
    await nats.js.publish('$O.files.C.brokenoff', new Uint8Array(8));
    expect(await collect(1000)).toEqual({ contents: 0, artifacts: 0, uploads: 0 });
    expect(await collect(1000)).toEqual({ contents: 0, artifacts: 1, uploads: 1 });
    expect(await artifacts.has('sha256:lone', '1')).toBe(false);
    const { state } = await nats.jsm.streams.info('OBJ_files', { subjects_filter: '$O.files.C.brokenoff' });
    expect(state.subjects ?? {}).toEqual({});
  },
);

test(
  'what was needed in between starts anew, and what is stored again is as fresh as the first time',
  { timeout: 60_000 },
  async () => {
    const { tenant, files, collect, upload } = await alone();
    const first = await upload('{"title":"1"}');
    await upload('{"title":"2"}');
    await collect(5000);
    await upload('{"title":"1"}');
    expect(await collect(1000)).toMatchObject({ contents: 0 });
    const second = await upload('{"title":"2"}');
    expect(await collect(1000)).toMatchObject({ contents: 0 });
    expect(await files.isFresh(tenant, second, 60_000)).toBe(true);
    expect(await collect(1000)).toMatchObject({ contents: 1 });
    expect(await files.content(tenant, first)).toBeUndefined();
    expect(await files.content(tenant, second)).toBeDefined();
  },
);
