import { createClient, type CallName } from '@jobico/client';
import {
  asJobicoError,
  OPERATION_NAMES,
  operations,
  parseExactJson,
  toProblem,
  type Operation,
  type OperationName,
  type PackageVersion,
} from '@jobico/contract';
import { expect, test } from 'vitest';
import { comparableAnswer } from '../../../test/support/operations/comparable-answer.ts';
import { operationCalls } from '../../../test/support/operations/calls.ts';
import { overHttp } from '../../../test/support/operations/over-http.ts';
import { executionOf, standOf } from '../../../test/support/operations/stand.ts';
import { component } from './support/component.ts';
import { controlPlane, newTenant, packageOf, type ControlPlane } from './support/control-plane.ts';
import { ownNats } from './support/own-nats.ts';

async function overNats({ nats }: ControlPlane, name: OperationName, input: object): Promise<unknown> {
  const answer = await nats.nc.request(`jobico.ctl.${name}`, JSON.stringify(input), { timeout: 20_000 });
  return parseExactJson(answer.string(), Infinity);
}

/** The typed client throws what the others answer as a problem. */
async function overClient({ client }: ControlPlane, name: OperationName, input: object): Promise<unknown> {
  return await client.call(name as CallName, input as never).catch((error: unknown) => toProblem(asJobicoError(error)));
}

test(
  'every operation answers the same over HTTP, over NATS and to the client, as the table says',
  { timeout: 180_000 },
  async () => {
    // Of its own: what it lists and rotates is everybody's.
    const platform = await controlPlane({ natsUrl: await ownNats() });
    // One build for all: two of the same source differ in some bytes.
    const content = (await component()).toString('base64');
    const transports = await Promise.all(
      [overHttp, overNats, overClient].map(async (over) => {
        const stand = await standOf(platform.nats, newTenant());
        return { over, stand, calls: operationCalls(stand, content) };
      }),
    );
    const called = new Set<OperationName>();
    for (const [index, [name]] of (transports[0]?.calls ?? []).entries()) {
      called.add(name);
      const answers: unknown[] = [];
      for (const { over, stand, calls: own } of transports) {
        answers.push(comparableAnswer(name, await over(platform, name, own[index]?.[1] ?? {}), stand));
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

test('a package or a schedule whose data are nested too deep is refused, over HTTP and over NATS', async () => {
  const { nats, tenant, url } = await controlPlane();
  // Too deep to be written by JSON.stringify.
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const textOf = (input: object) => JSON.stringify(input).replace('"deep"', deep);
  const schedule = { id: 's', event: 'shop-happened', every: 'PT1H', data: 'deep' };
  const definition = packageOf(tenant, 'shop', { schedules: [schedule] });
  const calls: [OperationName, string, object][] = [
    ['package.validate', 'packages/validate', { definition }],
    ['package.deploy', 'packages', { definition }],
    ['schedule.create', 'schedules', schedule],
  ];
  for (const [name, path, input] of calls) {
    const answer = await fetch(`${url}/v1/tenants/${tenant}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: textOf(input),
    });
    expect([name, answer.status]).toEqual([name, 422]);
    const told = await nats.nc.request(`jobico.ctl.${name}`, textOf({ tenant, ...input }), { timeout: 20_000 });
    expect(told.json()).toMatchObject({
      status: 422,
      code: name === 'schedule.create' ? 'invalid' : 'package-invalid',
    });
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
