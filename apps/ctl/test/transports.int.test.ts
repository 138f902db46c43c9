import { createClient, requestOf, type CallName } from '@jobico/client';
import {
  asJobicoError,
  OPERATION_NAMES,
  operations,
  toProblem,
  type Operation,
  type OperationName,
  type PackageVersion,
} from '@jobico/contract';
import { expect, test } from 'vitest';
import { component } from './support/component.ts';
import { controlPlane, newTenant, packageOf, type ControlPlane } from './support/control-plane.ts';
import { ownNats } from './support/own-nats.ts';

const SCHEMA = JSON.stringify({ type: 'object', required: ['n'] });
const MISSING = '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f';

/** What each row is called with, in an order in which each finds what it needs. */
function calls(tenant: string, content: string): [OperationName, Record<string, unknown>][] {
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
    ['diagnosis.get', {}],
    ['event.send', { tenant, event: 'order-placed', data: [{ n: 1 }], id: 'e-1' }],
    ['event.send', { tenant, event: 'order-placed', data: [{ m: 1 }] }],
    ['event.send', { tenant, event: 'nobody-declares', data: [1] }],
    ['execution.list', { tenant, limit: 5 }],
    ['execution.list', { tenant, status: 'fine' }],
    ['execution.get', { tenant, execution: MISSING }],
    ['execution.logs', { tenant, execution: MISSING }],
    ['execution.inputs', { tenant, execution: MISSING }],
    ['tenant.limits.set', { tenant, eventsPerSecond: 100, pendingEvents: null }],
    ['tenant.limits.set', { tenant, eventsPerSecond: 0 }],
    ['tenant.limits.get', { tenant }],
    ['deadletter.list', { tenant, code: 'trap', ids: '1,2' }],
    ['deadletter.list', { tenant, since: 'yesterday' }],
    ['deadletter.get', { tenant, deadletter: '900719925474099' }],
    ['deadletter.redrive', { tenant, package: 'shop', dryRun: true }],
    ['deadletter.redrive', { tenant, ids: 'x' }],
    ['deadletter.drop', { tenant }],
    ['deadletter.drop', { tenant, all: true }],
    ['schedule.create', { tenant, id: 'nightly', event: 'order-placed', cron: '0 0 3 1 1 *', data: { n: 1 } }],
    ['schedule.create', { tenant, id: 'nightly', event: 'order-placed', cron: '0 0 3 1 1 *', data: { n: 1 } }],
    ['schedule.create', { tenant, id: 'other', event: 'order-placed', cron: '0 0 3 1 1 *' }],
    ['schedule.list', { tenant }],
    ['schedule.get', { tenant, schedule: 'nightly' }],
    ['schedule.get', { tenant, schedule: 'nihgtly' }],
    ['schedule.update', { tenant, schedule: 'nightly', cron: '0 0 4 1 1 *', timezone: 'Europe/Paris' }],
    ['schedule.pause', { tenant, schedule: 'nightly' }],
    ['schedule.resume', { tenant, schedule: 'nightly' }],
    ['schedule.trigger', { tenant, schedule: 'nihgtly' }],
    ['schedule.cancel', { tenant, schedule: 'nightly' }],
    ['secret.set', { tenant, name: 'TAX_KEY', value: 'hush-hush' }],
    ['secret.set', { tenant, name: 'TAX_KEY', value: 'hush' }],
    ['secret.set', { tenant, name: 'TAX KEY', value: 'hush-hush' }],
    ['secret.list', { tenant }],
    ['secret.rotate', {}],
    ['secret.delete', { tenant, name: 'TAX_KEY' }],
    ['secret.delete', { tenant, name: 'TAX_KEY' }],
    ['file.get', { tenant, kind: 'json', name: 'order.json', content: true }],
    ['file.get', { tenant, kind: 'wasm', name: 'work.wasm' }],
    ['file.get', { tenant, kind: 'wasm', name: 'wrk.wasm' }],
    ['file.delete', { tenant, kind: 'json', name: 'order.json' }],
    ['file.delete', { tenant, kind: 'json', name: 'order.json' }],
    ['event.list', { tenant, queue: 'default', event: 'order-placed', limit: 1 }],
    ['event.list', { tenant, queue: 'defualt' }],
    ['event.list', { tenant, queue: 'default', since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }],
    ['event.get', { tenant, event: 'e-1' }],
    ['event.get', { tenant, event: 'e-2' }],
    ['event.replay', { tenant, queue: 'default', replay: 'again', dryRun: true }],
    ['event.replay', { tenant, queue: 'default', replay: 'again' }],
    ['event.replay', { tenant, queue: 'default', replay: 'a b' }],
    ['kv.list', { tenant }],
    ['kv.put', { tenant: `${tenant}x`, bucket: 'prices', key: 'a', value: '1' }],
    ['kv.put', { tenant, bucket: 'prices', key: 'eur/größe', value: '{"cents":1}', ifAbsent: true }],
    ['kv.put', { tenant, bucket: 'prices', key: 'eur/größe', value: '2', ifAbsent: true }],
    ['kv.put', { tenant, bucket: 'prices', key: 'eur/größe', value: '2', ifRevision: '1' }],
    ['kv.put', { tenant, bucket: 'prices', key: 'eur/größe', value: '2', ifRevision: '1' }],
    ['kv.put', { tenant, bucket: 'stock', key: 'raw', value: '/wA=', encoding: 'base64' }],
    ['kv.put', { tenant, bucket: 'stock', key: 'raw', value: '/wA', encoding: 'base64' }],
    ['kv.put', { tenant, bucket: 'Stock', key: 'raw', value: '' }],
    ['kv.list', { tenant, limit: 1 }],
    ['kv.list', { tenant, bucket: 'prices', prefix: 'eur/' }],
    ['kv.get', { tenant, bucket: 'prices', key: 'eur/größe' }],
    ['kv.get', { tenant, bucket: 'stock', key: 'raw' }],
    ['kv.get', { tenant, bucket: 'stock', key: 'row' }],
    ['kv.delete', { tenant, bucket: 'stock', key: 'raw' }],
    ['kv.delete', { tenant, bucket: 'stock', key: 'raw' }],
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
    ['execution.cancel', { tenant, execution: 'e-1' }],
    ['execution.cancel', { tenant, execution: 'e-1' }],
    ['execution.cancel', { tenant, execution: 'e-2' }],
    ['execution.cancel', { tenant, execution: 'e 1' }],
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

/** The typed client throws what the others answer as a problem. */
async function overClient({ client }: ControlPlane, name: OperationName, input: object): Promise<unknown> {
  return await client.call(name as CallName, input as never).catch((error: unknown) => toProblem(asJobicoError(error)));
}

/** What is the same on every transport: not the tenant's name, nor times, nor what other tests do meanwhile. */
function comparable(name: OperationName, value: unknown, tenant: string): unknown {
  if (LISTS_OF_ALL.includes(name)) return Object.keys(value as object);
  const text = JSON.stringify(value, (field, each: unknown) => UNLIKE[field] ?? each)
    .replaceAll(tenant, 'TENANT')
    .replaceAll(UUIDV7, 'UUID')
    .replaceAll(/jbc_[\w-]+/g, 'TOKEN')
    .replaceAll(/"id":"[0-9a-f]{12}"/g, '"id":"TOKEN"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  return JSON.parse(text);
}

const UNLIKE: Readonly<Record<string, unknown>> = { nodes: 'NODES', waitedMs: 0 };
const UUIDV7 = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** They tell of both transports' tenants. */
const LISTS_OF_ALL: OperationName[] = ['tenant.list', 'node.list', 'secret.rotate', 'diagnosis.get'];

test(
  'every operation answers the same over HTTP, over NATS and to the client, as the table says',
  { timeout: 180_000 },
  async () => {
    // Of its own: what it lists and rotates is everybody's.
    const platform = await controlPlane({ natsUrl: await ownNats() });
    // One build for all: two of the same source differ in some bytes.
    const content = (await component()).toString('base64');
    const transports = [overHttp, overNats, overClient].map((over) => {
      const tenant = newTenant();
      return { over, tenant, calls: calls(tenant, content) };
    });
    const called = new Set<OperationName>();
    for (const [index, [name]] of (transports[0]?.calls ?? []).entries()) {
      called.add(name);
      const answers: unknown[] = [];
      for (const { over, tenant, calls: own } of transports) {
        answers.push(comparable(name, await over(platform, name, own[index]?.[1] ?? {}), tenant));
      }
      for (const answer of answers) expect([index, name, answer]).toEqual([index, name, answers[0]]);
    }
    const answeringOnce = OPERATION_NAMES.filter((name) => !(operations[name] as Operation).isStream);
    expect([...called].toSorted()).toEqual(answeringOnce.toSorted());
  },
);

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
