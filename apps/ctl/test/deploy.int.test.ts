import { queueOf, type JobicoError } from '@jobico/contract';
import { ensureQueue, findQueues, listQueues, partitionOf, queueStream } from '@jobico/messaging';
import { describe, expect, test, vi } from 'vitest';
import { component } from './support/component.ts';
import { controlPlane, packageOf, storeComponent, type ControlPlane } from './support/control-plane.ts';

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as JobicoError,
  );

async function ready(): Promise<ControlPlane & { digest: string }> {
  const platform = await controlPlane();
  return { ...platform, digest: await storeComponent(platform.client, platform.tenant) };
}

const queuesOf = async ({ nats, tenant }: ControlPlane) =>
  Object.fromEntries((await listQueues(nats, tenant)).map(({ id, events }) => [id, events.toSorted()]));

test('a first deploy makes the tenant, the queue and version 1, live on every node when it answers', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  const output = await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  expect(output).toMatchObject({ tenant, package: 'shop', version: 1, changed: true });
  const own = output.nodes.filter(({ module }) => module === 'ctl');
  expect(own.length).toBeGreaterThan(0);
  expect(own.some(({ applied }) => applied)).toBe(true);
  const { items } = await client.call('tenant.list', {});
  expect(items.map(({ id }) => id)).toContain(tenant);
  expect(await queuesOf(platform)).toEqual({ default: ['shop-happened'] });
});

test('a deploy that changes nothing makes no version; one that changes something makes the next', async () => {
  const { client, tenant } = await ready();
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition });
  expect(await client.call('package.deploy', { tenant, definition })).toMatchObject({ version: 1, changed: false });
  const renamed = { ...definition, name: 'Shop' };
  expect(await client.call('package.deploy', { tenant, definition: renamed })).toMatchObject({
    version: 2,
    changed: true,
  });
});

test('a version goes on after an undeploy: numbers are never given twice', async () => {
  const { client, tenant } = await ready();
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition });
  await client.call('package.undeploy', { tenant, package: 'shop' });
  expect(await client.call('package.deploy', { tenant, definition })).toMatchObject({ version: 2, changed: true });
});

test('files that are missing are all named, each at every place that refers to it, with how to store them', async () => {
  const { client, tenant } = await ready();
  const event = (id: string) => ({
    id,
    supplierqueue: 'default',
    runtime: 'work',
    schema: { id: 's', schemaref: 's.json' },
  });
  const definition = packageOf(tenant, 'shop', {
    jobs: [{ event: event('a') }, { event: event('b') }],
    runtimes: [{ id: 'work', moduleref: 'wrk.wasm' }],
  });
  const error = await refusal(client.call('package.deploy', { tenant, definition }));
  expect(error).toMatchObject({ code: 'package-invalid' });
  expect(error?.faults).toEqual([
    { path: '/jobs/0/event/schema/schemaref', message: 'no such file', value: 's.json' },
    { path: '/jobs/1/event/schema/schemaref', message: 'no such file', value: 's.json' },
    { path: '/runtimes/0/moduleref', message: 'no such file', value: 'wrk.wasm', suggestion: 'work.wasm' },
  ]);
  expect(error?.hint).toContain(`jobico upload json ${tenant} s.json`);
});

test('a digest of another tenant’s file is as good as none', async () => {
  const { client, tenant, digest } = await ready();
  const other = `${tenant}-other`;
  const definition = packageOf(other, 'shop');
  const error = await refusal(
    client.call('package.deploy', { tenant: other, definition, modules: { 'work.wasm': digest } }),
  );
  expect(error).toMatchObject({ code: 'package-invalid', faults: [{ path: '/runtimes/0/moduleref' }] });
});

test('a schema that does not compile and a core module are refused when they are stored', async () => {
  const { client, tenant } = await ready();
  const upload = (kind: 'json' | 'wasm', content: Uint8Array) =>
    refusal(
      client.call('file.upload', { tenant, kind, name: `x.${kind}`, content: Buffer.from(content).toString('base64') }),
    );
  expect(await upload('json', Buffer.from('{"type":"strnig"}'))).toMatchObject({ code: 'schema-invalid' });
  const coreModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const error = await upload('wasm', coreModule);
  expect(error).toMatchObject({ code: 'component-refused' });
  expect(error?.faults.length).toBeGreaterThan(0);
});

test('an event that another package declares is refused by name, and nothing of the deploy is left', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const claiming = packageOf(tenant, 'billing', {
    queues: [{ id: 'bills' }],
    jobs: [{ event: { id: 'shop-happened', supplierqueue: 'bills', runtime: 'work' } }],
  });
  const error = await refusal(client.call('package.deploy', { tenant, definition: claiming }));
  expect(error).toMatchObject({
    code: 'event-claimed',
    details: { claims: [{ event: 'shop-happened', package: 'shop' }] },
    faults: [{ path: '/jobs/0/event/id' }],
  });
  expect(await queuesOf(platform)).toEqual({ default: ['shop-happened'] });
});

test('two packages share a queue if they declare it alike, and it takes the events of both', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const unlike = packageOf(tenant, 'billing', { queues: [{ id: 'default', ordering: 'none' }] });
  expect(await refusal(client.call('package.deploy', { tenant, definition: unlike }))).toMatchObject({
    code: 'package-invalid',
    faults: [{ path: '/queues/0' }],
  });
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'billing') });
  expect(await queuesOf(platform)).toEqual({ default: ['billing-happened', 'shop-happened'] });
  await client.call('package.undeploy', { tenant, package: 'shop' });
  expect(await queuesOf(platform)).toEqual({ default: ['billing-happened'] });
});

test('packages of a tenant that are deployed at once all become live', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  const second = await controlPlane();
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all(
    ids.map((id, i) =>
      (i % 2 ? client : second.client).call('package.deploy', { tenant, definition: packageOf(tenant, id) }),
    ),
  );
  expect(await queuesOf(platform)).toEqual({ default: ids.map((id) => `${id}-happened`) });
});

test('the same package deployed at once by two: one wins, the other learns of both versions', async () => {
  const { client, tenant } = await ready();
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const deploys = ['One', 'Two'].map((name) =>
    client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop', { name }) }),
  );
  const results = await Promise.allSettled(deploys);
  const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as JobicoError] : []));
  expect(lost).toMatchObject([{ code: 'conflict', details: { expected: 1, found: 2 } }]);
});

test('an event that moves to another queue is taken there, and no more by the old one', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const moved = packageOf(tenant, 'shop', {
    queues: [{ id: 'default' }, { id: 'fast' }],
    jobs: [{ event: { id: 'shop-happened', supplierqueue: 'fast', runtime: 'work' } }],
  });
  await client.call('package.deploy', { tenant, definition: moved });
  expect(await queuesOf(platform)).toEqual({ default: [], fast: ['shop-happened'] });
});

test('the ordering of a queue stays while events wait in it', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition });
  await client.call('event.send', { tenant, event: 'shop-happened', data: [1, 2] });
  const keyed = { ...definition, queues: [{ id: 'default', ordering: { key: '/id' } }] };
  const error = await refusal(client.call('package.deploy', { tenant, definition: keyed }));
  expect(error).toMatchObject({
    code: 'conflict',
    faults: [{ path: '/queues/0/ordering', message: 'cannot change while 2 events wait in the queue' }],
  });
  expect(await client.call('package.get', { tenant, package: 'shop' })).toMatchObject({ version: 1, definition });
});

const partitioned = (definition: object, partitions: number) => ({
  ...definition,
  queues: [{ id: 'default', ordering: { key: '/key', partitions } }],
});

test('the number of partitions stays while events wait in the queue, and changes once it is empty', async () => {
  const platform = await ready();
  const { client, tenant, nats } = platform;
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition: partitioned(definition, 4) });
  await client.call('event.send', { tenant, event: 'shop-happened', data: [{ key: 'a' }, { key: 'b' }] });
  await nats.publisher.publish(`jobico.event.${tenant}.shop-happened`, '{"key":"a"}');
  const error = await refusal(client.call('package.deploy', { tenant, definition: partitioned(definition, 2) }));
  expect(error).toMatchObject({
    code: 'conflict',
    message: 'the ordering of queue default cannot change under the events that wait in it',
    hint: 'Deploy again once the queue is empty, or give the queue another id.',
    faults: [
      {
        path: '/queues/0/ordering',
        message: 'cannot change while 3 events wait in the queue',
        value: '{ key: /key, partitions: 2 }',
        allowed: '{ key: /key, partitions: 4 }',
      },
    ],
  });
  const consumersOf = async () => (await findQueues(nats)).filter((found) => found.tenant === tenant);
  expect(await consumersOf()).toHaveLength(4);
  const stream = queueStream(tenant, 'default');
  for (const { name } of await consumersOf()) await nats.jsm.consumers.delete(stream, name);
  await nats.jsm.streams.purge(stream);
  await client.call('package.deploy', { tenant, definition: partitioned(definition, 4) });
  await client.call('package.deploy', { tenant, definition: partitioned(definition, 2) });
  expect(await consumersOf()).toHaveLength(2);
});

test('an event that is sent to a partitioned queue is stored for the partition of its key', async () => {
  const { client, tenant, nats } = await ready();
  await client.call('package.deploy', { tenant, definition: partitioned(packageOf(tenant, 'shop'), 4) });
  await client.call('event.send', { tenant, event: 'shop-happened', data: [{ key: 'a key' }] });
  const { state } = await nats.jsm.streams.info(queueStream(tenant, 'default'), { subjects_filter: '>' });
  const subject = `jobico.event.${tenant}.shop-happened.4.${partitionOf('a key', 4)}`;
  expect(state.subjects).toEqual({ [subject]: 1 });
});

test('a queue that a deploy has partitioned and not come to publish is put right', async () => {
  const platform = await ready();
  const { client, tenant, nats } = platform;
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition });
  const [queue] = partitioned(definition, 3).queues;
  if (queue) await ensureQueue(nats, tenant, queueOf(queue), ['shop-happened']);
  expect((await listQueues(nats, tenant))[0]?.shape.partitioning).toMatchObject({ count: 3 });
  const again = await controlPlane();
  expect(again.client).toBeDefined();
  const countOf = async () => (await findQueues(nats)).filter((found) => found.tenant === tenant).length;
  await vi.waitFor(async () => expect(await countOf()).toBe(1), { timeout: 10_000 });
});

test('the storage of a queue that exists stays', async () => {
  const { client, tenant } = await ready();
  const definition = packageOf(tenant, 'shop');
  await client.call('package.deploy', { tenant, definition });
  const inMemory = { ...definition, queues: [{ id: 'default', storage: 'memory' as const }] };
  expect(await refusal(client.call('package.deploy', { tenant, definition: inMemory }))).toMatchObject({
    code: 'conflict',
  });
});

test('an undeployed queue takes nothing more, and goes once what waited in it is settled', async () => {
  const platform = await ready();
  const { client, tenant, nats } = platform;
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  await client.call('event.send', { tenant, event: 'shop-happened', data: [1] });
  await client.call('package.undeploy', { tenant, package: 'shop' });
  expect(await refusal(client.call('event.send', { tenant, event: 'shop-happened', data: [2] }))).toMatchObject({
    code: 'not-found',
  });
  expect(await listQueues(nats, tenant)).toMatchObject([{ id: 'default', pending: 1, events: [] }]);
  // What an executor does once it has made a dead letter of the event.
  await nats.jsm.streams.purge(`QUEUE_${tenant}_default`);
  await vi.waitFor(async () => expect(await listQueues(nats, tenant)).toEqual([]), 5000);
});

test('what a deploy left that was killed half-way is put right by the next start', async () => {
  const { nats, tenant } = await controlPlane();
  const queue = queueOf({ id: 'half' });
  await ensureQueue(nats, tenant, queue, ['never-declared']);
  await controlPlane();
  await vi.waitFor(async () => expect(await listQueues(nats, tenant)).toEqual([]), 5000);
});

test('an undeploy of what is not there says what is', async () => {
  const { client, tenant } = await ready();
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const error = await refusal(client.call('package.undeploy', { tenant, package: 'shpo' }));
  expect(error).toMatchObject({ code: 'not-found', hint: expect.stringContaining('shop') as string });
});

test('a package for another tenant than the one it is deployed to is refused', async () => {
  const { client, tenant } = await ready();
  const error = await refusal(client.call('package.deploy', { tenant, definition: packageOf('somebody', 'shop') }));
  expect(error).toMatchObject({ code: 'package-invalid', faults: [{ path: '/tenant', allowed: tenant }] });
});

test('validating checks as a deploy does, and makes nothing live', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  const definition = packageOf(tenant, 'shop');
  expect(await client.call('package.validate', { tenant, definition })).toEqual({ valid: true });
  const unknown = { ...definition, runtimes: [{ id: 'work', moduleref: 'nowhere.wasm' }] };
  expect(await refusal(client.call('package.validate', { tenant, definition: unknown }))).toMatchObject({
    code: 'package-invalid',
  });
  expect(await client.call('package.list', { tenant })).toEqual({ items: [] });
  expect(await queuesOf(platform)).toEqual({});
});

test('content that is not base64 is refused, not stored cut short', async () => {
  const { client, tenant } = await ready();
  const content = `${(await component()).toString('base64').slice(0, 40)}*`;
  expect(await refusal(client.call('file.upload', { tenant, kind: 'wasm', name: 'x.wasm', content }))).toMatchObject({
    code: 'invalid',
    faults: [{ path: '/content' }],
  });
});

test('a dry run shows the next version and what it would change, and changes nothing', async () => {
  const platform = await ready();
  const { client, tenant } = platform;
  const definition = packageOf(tenant, 'shop');
  const first = await client.call('package.deploy', { tenant, definition, dryRun: true });
  expect(first).toMatchObject({ version: 1, changed: true, changes: [{ path: '', kind: 'added' }], nodes: [] });
  expect(await client.call('package.list', { tenant })).toEqual({ items: [] });
  expect(await queuesOf(platform)).toEqual({});

  await client.call('package.deploy', { tenant, definition });
  const renamed = { ...definition, name: 'Shop' };
  const changes = [{ path: '/definition/name', kind: 'added', after: 'Shop' }];
  const next = await client.call('package.deploy', { tenant, definition: renamed, dryRun: true });
  expect(next).toMatchObject({ version: 2, changed: true, changes });
  expect(await client.call('package.get', { tenant, package: 'shop' })).toMatchObject({ version: 1 });
  expect(await client.call('package.deploy', { tenant, definition: renamed })).toMatchObject({ version: 2, changes });
});

test('a dry run refuses what a deploy refuses', async () => {
  const { client, tenant } = await ready();
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const claims = { ...packageOf(tenant, 'shop'), id: 'other' };
  expect(await refusal(client.call('package.deploy', { tenant, definition: claims, dryRun: true }))).toMatchObject({
    code: 'event-claimed',
  });
});

describe('a rollback', () => {
  /** Versions 1 to `count`, told apart by their names. */
  async function deployed(count: number) {
    const platform = await ready();
    const { client, tenant } = platform;
    const definition = packageOf(tenant, 'shop');
    for (let n = 1; n <= count; n += 1) {
      await client.call('package.deploy', { tenant, definition: { ...definition, name: `name ${n}` } });
    }
    const back = (input: object = {}) => client.call('package.rollback', { tenant, package: 'shop', ...input });
    const name = async () => (await client.call('package.get', { tenant, package: 'shop' })).definition.name;
    return { client, tenant, back, name, definition };
  }

  test('makes the version before what is live a new version; another one goes further back', async () => {
    const { client, tenant, back, name } = await deployed(3);
    expect(await back()).toMatchObject({
      version: 4,
      restores: 2,
      changed: true,
      changes: [{ path: '/definition/name', kind: 'changed', before: 'name 3', after: 'name 2' }],
    });
    expect(await name()).toBe('name 2');
    expect(await back()).toMatchObject({ version: 5, restores: 1 });
    expect(await name()).toBe('name 1');
    expect(await refusal(back())).toMatchObject({
      code: 'not-found',
      message: 'package shop has no earlier version',
      hint: expect.stringContaining('Kept are: 1, 2, 3, 4, 5.') as string,
    });
    const { items } = await client.call('package.versions', { tenant, package: 'shop' });
    expect(items.map(({ version, restores, isLive }) => [version, restores, isLive])).toEqual([
      [5, 1, true],
      [4, 2, false],
      [3, undefined, false],
      [2, undefined, false],
      [1, undefined, false],
    ]);
  });

  test('after a deploy on top of a rollback, the next one brings back what was live before that deploy', async () => {
    const { client, tenant, back, name, definition } = await deployed(2);
    await back();
    await client.call('package.deploy', { tenant, definition: { ...definition, name: 'name 4' } });
    expect(await back()).toMatchObject({ version: 5, restores: 1 });
    expect(await name()).toBe('name 1');
  });

  test('to a version that is named; to the one that is live it changes nothing; in a dry run neither', async () => {
    const { back, name } = await deployed(3);
    expect(await back({ to: 1, dryRun: true })).toMatchObject({ version: 4, restores: 1, changed: true });
    expect(await name()).toBe('name 3');
    expect(await back({ to: 3 })).toMatchObject({ version: 3, changed: false, changes: [] });
    expect(await back({ to: 1 })).toMatchObject({ version: 4, restores: 1 });
    expect(await name()).toBe('name 1');
  });

  test('runs with the exact files of that version, whatever their names hold now', async () => {
    const { client, tenant } = await ready();
    const definition = packageOf(tenant, 'shop');
    await client.call('package.deploy', { tenant, definition });
    const before = await client.call('package.get', { tenant, package: 'shop' });
    await storeComponent(client, tenant, 'work.wasm', 'permanent');
    expect(await client.call('package.deploy', { tenant, definition })).toMatchObject({
      version: 2,
      changes: [{ path: '/modules/work.wasm', kind: 'changed' }],
    });
    await client.call('package.rollback', { tenant, package: 'shop' });
    const after = await client.call('package.get', { tenant, package: 'shop' });
    expect(after.modules).toEqual(before.modules);
    expect(await client.call('package.get', { tenant, package: 'shop', version: 2 })).toMatchObject({ version: 2 });
  });

  test('brings back a package that was undeployed', async () => {
    const { client, tenant, back, name } = await deployed(2);
    await client.call('package.undeploy', { tenant, package: 'shop' });
    expect(await back()).toMatchObject({ version: 3, restores: 2 });
    expect(await name()).toBe('name 2');
  });

  test('of an event that another package has claimed meanwhile is refused', async () => {
    const { client, tenant, back, definition } = await deployed(1);
    const jobs = [{ event: { id: 'else', supplierqueue: 'default', runtime: 'work' } }];
    await client.call('package.deploy', { tenant, definition: { ...definition, jobs } });
    await client.call('package.deploy', { tenant, definition: { ...definition, id: 'other' } });
    expect(await refusal(back({ to: 1 }))).toMatchObject({ code: 'event-claimed' });
  });
});
