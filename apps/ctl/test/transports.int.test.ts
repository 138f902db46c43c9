import { createClient, requestOf } from '@jobico/client';
import { OPERATION_NAMES, operations, type Operation, type OperationName, type PackageVersion } from '@jobico/contract';
import { expect, test } from 'vitest';
import { component } from './support/component.ts';
import { controlPlane, newTenant, packageOf, type ControlPlane } from './support/control-plane.ts';

const SCHEMA = JSON.stringify({ type: 'object', required: ['n'] });
const MISSING = '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f';

/** What each row is called with, in an order in which each finds what it needs. */
async function calls(tenant: string): Promise<[OperationName, Record<string, unknown>][]> {
  const definition = packageOf(tenant, 'shop', {
    jobs: [
      {
        event: {
          id: 'order-placed',
          supplierqueue: 'default',
          runtime: 'work',
          schema: { id: 'order', schemaref: 'order.json' },
        },
      },
    ],
  });
  const content = (await component()).toString('base64');
  return [
    ['file.upload', { tenant, kind: 'wasm', name: 'work.wasm', content }],
    ['file.upload', { tenant, kind: 'json', name: 'order.json', content: Buffer.from(SCHEMA).toString('base64') }],
    ['file.upload', { tenant, kind: 'json', name: 'broken.json', content: Buffer.from('{').toString('base64') }],
    ['file.list', { tenant, kind: 'wasm' }],
    ['package.validate', { tenant, definition }],
    ['package.validate', { tenant, definition: { ...definition, runtimes: [] } }],
    ['package.deploy', { tenant, definition }],
    ['package.deploy', { tenant, definition: { ...definition, name: 'Shop' }, dryRun: true }],
    ['package.deploy', { tenant, definition: { ...definition, name: 'Shop' } }],
    ['package.versions', { tenant, package: 'shop' }],
    ['package.versions', { tenant, package: 'shp' }],
    ['package.rollback', { tenant, package: 'shop', to: 9 }],
    ['package.rollback', { tenant, package: 'shop', dryRun: true }],
    ['package.rollback', { tenant, package: 'shop' }],
    ['package.rollback', { tenant, package: 'shop' }],
    ['package.list', { tenant }],
    ['package.get', { tenant, package: 'shop' }],
    ['package.get', { tenant, package: 'shop', version: 2 }],
    ['package.get', { tenant, package: 'shop', version: 9 }],
    ['package.get', { tenant, package: 'shp' }],
    ['tenant.list', {}],
    ['tenant.create', { tenant }],
    ['tenant.get', { tenant }],
    ['tenant.delete', { tenant }],
    ['token.create', { tenant, role: 'viewer', name: 'dashboard', expiresInSeconds: 3600 }],
    ['token.create', { tenant, role: 'viewer', expiresInSeconds: 0 }],
    ['token.create', { tenant, role: 'owner', kind: 'nats' }],
    ['token.create', { tenant, role: 'admin' }],
    ['token.create', { role: 'owner' }],
    ['token.create', { tenant: 'no-such-tenant', role: 'owner' }],
    ['token.list', { tenant }],
    ['token.revoke', { tenant, token: '000000000000' }],
    ['node.list', {}],
    ['event.send', { tenant, event: 'order-placed', data: [{ n: 1 }], id: 'e-1' }],
    ['event.send', { tenant, event: 'order-placed', data: [{ m: 1 }] }],
    ['event.send', { tenant, event: 'nobody-declares', data: [1] }],
    ['execution.list', { tenant, limit: 5 }],
    ['execution.list', { tenant, status: 'fine' }],
    ['execution.get', { tenant, execution: MISSING }],
    ['execution.logs', { tenant, execution: MISSING }],
    ['deadletter.list', { tenant, code: 'trap', ids: '1,2' }],
    ['deadletter.list', { tenant, since: 'yesterday' }],
    ['deadletter.get', { tenant, deadletter: '900719925474099' }],
    ['deadletter.redrive', { tenant, package: 'shop', dryRun: true }],
    ['deadletter.redrive', { tenant, ids: 'x' }],
    ['deadletter.drop', { tenant }],
    ['deadletter.drop', { tenant, all: true }],
    ['secret.set', { tenant, name: 'TAX_KEY', value: 'hush-hush' }],
    ['secret.set', { tenant, name: 'TAX_KEY', value: 'hush' }],
    ['secret.set', { tenant, name: 'TAX KEY', value: 'hush-hush' }],
    ['secret.list', { tenant }],
    ['secret.rotate', {}],
    ['secret.delete', { tenant, name: 'TAX_KEY' }],
    ['secret.delete', { tenant, name: 'TAX_KEY' }],
    ['queue.list', { tenant }],
    ['queue.get', { tenant, queue: 'default' }],
    ['queue.get', { tenant, queue: 'defualt' }],
    ['queue.peek', { tenant, queue: 'default' }],
    ['queue.peek', { tenant, queue: 'default', order: 'newest', event: 'order-placed', limit: 1 }],
    ['queue.peek', { tenant, queue: 'default', after: 'x' }],
    ['queue.purge', { tenant, queue: 'default', all: true }],
    ['queue.pause', { tenant, queue: 'default' }],
    ['queue.pause', { tenant, queue: 'nobodys' }],
    ['queue.resume', { tenant, queue: 'default' }],
    ['package.pause', { tenant, package: 'shop' }],
    ['package.pause', { tenant, package: 'shop' }],
    ['package.pause', { tenant, package: 'shp' }],
    ['package.list', { tenant }],
    ['package.get', { tenant, package: 'shop' }],
    ['queue.purge', { tenant, queue: 'default' }],
    ['queue.purge', { tenant, queue: 'default', all: true, dryRun: true }],
    ['queue.purge', { tenant, queue: 'default', event: 'order-placed' }],
    ['package.resume', { tenant, package: 'shop' }],
    ['package.undeploy', { tenant, package: 'shop' }],
    ['package.undeploy', { tenant, package: 'shop' }],
    ['tenant.get', { tenant: `no-${tenant}` }],
  ];
}

async function overHttp({ url }: ControlPlane, name: OperationName, input: object): Promise<unknown> {
  const { method, target, body } = requestOf(name, input as never);
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(new URL(target, url), { method, headers, ...(body !== undefined && { body }) });
  return await response.json();
}

async function overNats({ nats }: ControlPlane, name: OperationName, input: object): Promise<unknown> {
  const answer = await nats.nc.request(`jobico.ctl.${name}`, JSON.stringify(input), { timeout: 20_000 });
  return answer.json();
}

/** What is the same on every transport: not the tenant's name, nor times, nor what other tests do meanwhile. */
function comparable(name: OperationName, value: unknown, tenant: string): unknown {
  if (LISTS_OF_ALL.includes(name)) return Object.keys(value as object);
  const text = JSON.stringify(value, (field, each: unknown) => (field === 'nodes' ? 'NODES' : each))
    .replaceAll(tenant, 'TENANT')
    .replaceAll(/jbc_[\w-]+/g, 'TOKEN')
    .replaceAll(/"id":"[0-9a-f]{12}"/g, '"id":"TOKEN"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  return JSON.parse(text);
}

const LISTS_OF_ALL: OperationName[] = ['tenant.list', 'node.list', 'secret.rotate'];

test('every operation answers the same over HTTP and over NATS, as the table says', { timeout: 60_000 }, async () => {
  const platform = await controlPlane();
  const [ofHttp, ofNats] = [newTenant(), newTenant()];
  const [httpCalls, natsCalls] = [await calls(ofHttp), await calls(ofNats)];
  const called = new Set<OperationName>();
  for (const [index, [name, input]] of httpCalls.entries()) {
    called.add(name);
    const http = await overHttp(platform, name, input);
    const nats = await overNats(platform, name, natsCalls[index]?.[1] ?? {});
    expect([index, name, comparable(name, http, ofHttp)]).toEqual([index, name, comparable(name, nats, ofNats)]);
  }
  const answeringOnce = OPERATION_NAMES.filter((name) => !(operations[name] as Operation).isStream);
  expect([...called].toSorted()).toEqual(answeringOnce.toSorted());
});

test('the service can be found on NATS, each operation as an endpoint', async () => {
  const { nats } = await controlPlane();
  const answer = await nats.nc.request('$SRV.INFO.jobico-ctl', '', { timeout: 2000 });
  const { endpoints } = answer.json<{ endpoints: { subject: string }[] }>();
  expect(endpoints.map(({ subject }) => subject)).toContain('jobico.ctl.package.deploy');
});

test('executions stream as server-sent events with their sequence, and go on after the last one seen', async () => {
  const platform = await controlPlane();
  const { client, tenant, nats } = platform;
  const record = async (n: number) => {
    const execution = executionOf(tenant, n);
    const subject = `jobico.execution.${tenant}.shop.work.ok.default.${n}`;
    return await nats.js.publish(subject, JSON.stringify(execution));
  };
  const stop = new AbortController();
  const connected = Promise.withResolvers<void>();
  const watching = (async () => {
    const seen: string[] = [];
    for await (const { id } of client.watch('execution.watch', { tenant }, stop.signal, connected.resolve)) {
      seen.push(id);
      if (seen.length === 2) stop.abort();
    }
    return seen;
  })();
  await connected.promise;
  const first = await record(1);
  await record(2);
  expect(await watching).toEqual([executionOf(tenant, 1).id, executionOf(tenant, 2).id]);

  const response = await fetch(`${platform.url}/v1/tenants/${tenant}/executions/watch`, {
    headers: { 'last-event-id': String(first.seq) },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('data: ')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect(text).toMatch(new RegExp(`id: ${first.seq + 1}\ndata: .*${executionOf(tenant, 2).id}`));
});

function executionOf(tenant: string, n: number) {
  const time = new Date().toISOString();
  return {
    id: `0193c3f2-8f7e-7cc3-98c4-00000000000${n}`,
    tenant,
    package: 'shop',
    version: 1,
    job: 'work',
    event: { id: `e-${n}`, name: 'order-placed', time },
    attempt: 1,
    status: 'ok',
    startedAt: time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'default',
    sequence: n,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: 'test',
  };
}

test('what executions log while they run streams with their records, also to one who watches a single execution', async () => {
  const { client, tenant, nats } = await controlPlane();
  const { id, package: shop, version, job, event, node } = executionOf(tenant, 1);
  const lines = [{ time: new Date().toISOString(), level: 'info' as const, message: 'so far so good' }];
  const live = { execution: id, tenant, package: shop, version, job, event, attempt: 1, node, from: 0, lines };
  const signal = AbortSignal.timeout(10_000);
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const all = firstTwo(client.watch('execution.follow', { tenant }, signal, resolve));
  await connected;
  await nats.js.publish(`jobico.log.${tenant}.shop.work`, JSON.stringify(live));
  await nats.js.publish(`jobico.execution.${tenant}.shop.work.ok.default.2`, JSON.stringify(executionOf(tenant, 2)));
  expect(await all).toMatchObject([{ live }, { execution: { id: executionOf(tenant, 2).id } }]);

  await nats.js.publish(`jobico.execution.${tenant}.shop.work.ok.default.1`, JSON.stringify(executionOf(tenant, 1)));
  const own = firstTwo(client.watch('execution.follow', { tenant, execution: id }, signal));
  expect(await own).toMatchObject([{ live }, { execution: { id } }]);
});

async function firstTwo<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) if (seen.push(item) === 2) break;
  return seen;
}

test('numbers that a double cannot hold keep their digits on the way to the queue, over HTTP and over NATS', async () => {
  const { client, tenant, url, nats } = await controlPlane();
  const content = (await component()).toString('base64');
  await client.call('file.upload', { tenant, kind: 'wasm', name: 'work.wasm', content });
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  await fetch(`${url}/v1/tenants/${tenant}/events/shop-happened`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"data":[{"n":9007199254740993,"m":1.10}]}',
  });
  const request = `{"tenant":"${tenant}","event":"shop-happened","data":[{"n":9007199254740993,"m":1.10}]}`;
  const answer = await nats.nc.request('jobico.ctl.event.send', request, { timeout: 20_000 });
  expect(answer.json()).toMatchObject({ accepted: 1 });
  for (const seq of [1, 2]) {
    const stored = await nats.jsm.streams.getMessage(`QUEUE_${tenant}_default`, { seq });
    expect(stored?.string()).toBe('{"n":9007199254740993,"m":1.10}');
  }
});

test('an event that is nested too deep is refused, over HTTP and over NATS', async () => {
  const platform = await controlPlane();
  const { client, tenant } = platform;
  const content = (await component()).toString('base64');
  await client.call('file.upload', { tenant, kind: 'wasm', name: 'work.wasm', content });
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  const data = [JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown];
  for (const send of [overHttp, overNats]) {
    expect(await send(platform, 'event.send', { tenant, event: 'shop-happened', data })).toMatchObject({ status: 422 });
  }
});

test('a version of a package comes back as it was deployed', async () => {
  const { client, tenant } = await controlPlane();
  const content = (await component()).toString('base64');
  const { digest } = await client.call('file.upload', { tenant, kind: 'wasm', name: 'work.wasm', content });
  const definition = packageOf(tenant, 'shop', { name: 'The shop' });
  await client.call('package.deploy', { tenant, definition });
  const version: PackageVersion = await createClient({ url: client.url }).call('package.get', {
    tenant,
    package: 'shop',
  });
  expect(version).toMatchObject({ version: 1, definition, modules: { 'work.wasm': digest }, schemas: {} });
});
