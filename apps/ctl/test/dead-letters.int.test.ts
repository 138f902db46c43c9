import { requestOf } from '@jobico/client';
import type { OperationInput, OperationOutput, RedriveResult } from '@jobico/contract';
import { expect, test } from 'vitest';
import { controlPlane, packageOf, storeComponent, type ControlPlane } from './support/control-plane.ts';

type Deployed = ControlPlane & {
  /** Keeps a dead letter of the tenant as an executor does, `payload` as its JSON; answers its id. */
  bury: (event?: string, payload?: string) => Promise<string>;
  /** Payloads in the queue `default`. */
  queued: () => Promise<string[]>;
};

/** A control plane whose tenant has the event `shop-happened`. */
async function deployed(): Promise<Deployed> {
  const platform = await controlPlane();
  const { client, tenant, nats } = platform;
  await storeComponent(client, tenant);
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'shop') });
  let count = 0;
  return {
    ...platform,
    async bury(event = 'shop-happened', payload = '{}') {
      const letter = {
        tenant,
        queue: 'default',
        time: new Date().toISOString(),
        event: { id: `e-${(count += 1)}`, name: event },
        sequence: count,
        attempts: 1,
        package: 'shop',
        job: 'work',
        error: { code: 'permanent', message: 'no' },
      };
      const body = `${JSON.stringify(letter).slice(0, -1)},"data":${payload}}`;
      const { seq } = await nats.js.publish(`jobico.deadletter.${tenant}.default.${event}`, body);
      return String(seq);
    },
    async queued() {
      const stream = `QUEUE_${tenant}_default`;
      const { state } = await nats.jsm.streams.info(stream);
      const sequences = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
      const messages = await Promise.all(sequences.map((seq) => nats.jsm.streams.getMessage(stream, { seq })));
      return messages.flatMap((message) => message?.string() ?? []);
    },
  };
}

async function overNats({ nats }: ControlPlane, input: OperationInput<'deadletter.redrive'>) {
  const answer = await nats.nc.request('jobico.ctl.deadletter.redrive', JSON.stringify(input), { timeout: 20_000 });
  return answer.json<OperationOutput<'deadletter.redrive'>>();
}

const outcomes = (items: readonly RedriveResult[]) => items.map(({ id, outcome }) => [id, outcome]);

test('letters are shown with every digit of their payload', async () => {
  const { url, tenant, bury } = await deployed();
  const id = await bury('shop-happened', '{"n":9007199254740993,"m":1.10}');
  for (const target of [
    requestOf('deadletter.get', { tenant, deadletter: id }).target,
    requestOf('deadletter.list', { tenant, ids: id, code: 'permanent' }).target,
  ]) {
    const response = await fetch(`${url}${target}`);
    expect(await response.text()).toContain('"data":{"n":9007199254740993,"m":1.10}');
  }
});

test('over HTTP and over NATS events go back on their queue, oldest first, a page at a time', async () => {
  const platform = await deployed();
  const { client, tenant, bury, queued } = platform;
  const ids: string[] = [];
  for (const n of [1, 2, 3]) ids.push(await bury('shop-happened', `{"n":${n}}`));
  const first = await client.call('deadletter.redrive', { tenant, limit: 2 });
  expect(outcomes(first.items)).toEqual([
    [ids[0], 'redriven'],
    [ids[1], 'redriven'],
  ]);
  const second = await overNats(platform, { tenant, limit: 2, after: first.next ?? '' });
  expect(second).toEqual({
    items: [
      {
        id: ids[2],
        queue: 'default',
        event: { id: 'e-3', name: 'shop-happened' },
        outcome: 'redriven',
        as: `e-3:redrive:${ids[2]}`,
      },
    ],
  });
  expect(await queued()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  expect(await client.call('deadletter.list', { tenant })).toEqual({ items: [] });
  expect(await client.call('deadletter.redrive', { tenant, ids: ids.join() })).toEqual({ items: [] });
});

test('an event that is not declared any more is refused by itself, and redriven once a package declares it', async () => {
  const { client, tenant, bury, queued } = await deployed();
  const [gone, fine] = [await bury('paid'), await bury()];
  const input = { tenant, job: 'work' };
  const { items } = await client.call('deadletter.redrive', input);
  expect(outcomes(items)).toEqual([
    [gone, 'undeclared'],
    [fine, 'redriven'],
  ]);
  expect((await client.call('deadletter.list', input)).items.map(({ id }) => id)).toEqual([gone]);
  const jobs = [{ event: { id: 'paid', supplierqueue: 'default', runtime: 'work' } }];
  await client.call('package.deploy', { tenant, definition: packageOf(tenant, 'pay', { jobs }) });
  expect(outcomes((await client.call('deadletter.redrive', input)).items)).toEqual([[gone, 'redriven']]);
  expect(await queued()).toHaveLength(2);
});

test('a dry run answers what would be done and changes nothing', async () => {
  const { client, tenant, bury, queued } = await deployed();
  const [gone, fine] = [await bury('paid'), await bury()];
  const { items } = await client.call('deadletter.redrive', { tenant, dryRun: true });
  expect(outcomes(items)).toEqual([
    [gone, 'undeclared'],
    [fine, 'redriven'],
  ]);
  const dropped = await client.call('deadletter.drop', { tenant, event: 'paid', dryRun: true });
  expect(dropped.items).toMatchObject([{ id: gone, outcome: 'dropped' }]);
  expect((await client.call('deadletter.list', { tenant })).items).toHaveLength(2);
  expect(await queued()).toEqual([]);
});

test('only what is named is dropped; everything only where `all` says so', async () => {
  const { client, tenant, bury } = await deployed();
  const [first, second] = [await bury(), await bury('paid')];
  await expect(client.call('deadletter.drop', { tenant, limit: 1000 })).rejects.toMatchObject({
    code: 'invalid',
    faults: [{ path: '/all' }],
  });
  const { items } = await client.call('deadletter.drop', { tenant, event: 'paid' });
  expect(items).toEqual([{ id: second, queue: 'default', event: { id: 'e-2', name: 'paid' }, outcome: 'dropped' }]);
  expect((await client.call('deadletter.list', { tenant })).items.map(({ id }) => id)).toEqual([first]);
  await client.call('deadletter.drop', { tenant, all: true });
  expect(await client.call('deadletter.list', { tenant })).toEqual({ items: [] });
});

test('no letter of another tenant can be seen, redriven or dropped by its id', async () => {
  const { client, tenant, bury } = await deployed();
  const other = (await deployed()).tenant;
  const id = await bury();
  await expect(client.call('deadletter.get', { tenant: other, deadletter: id })).rejects.toMatchObject({
    code: 'not-found',
  });
  expect(await client.call('deadletter.redrive', { tenant: other, ids: id })).toEqual({ items: [] });
  expect(await client.call('deadletter.drop', { tenant: other, ids: id })).toEqual({ items: [] });
  expect(await client.call('deadletter.get', { tenant, deadletter: id })).toMatchObject({ id, tenant });
});
