import type { PackageDefinition, Schedule } from '@jobico/contract';
import { expect, test } from 'vitest';
import { controlPlane, packageOf, storeComponent, type ControlPlane } from './support/control-plane.ts';

const SCHEMA = { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false };

/** A control plane with the package `shop`, whose event takes `{n}`. */
async function shop(
  changes: Partial<PackageDefinition> = {},
): Promise<ControlPlane & { definition: PackageDefinition }> {
  const plane = await controlPlane();
  const { client, tenant } = plane;
  await storeComponent(client, tenant);
  const content = Buffer.from(JSON.stringify(SCHEMA)).toString('base64');
  await client.call('file.upload', { tenant, kind: 'json', name: 'n.json', content });
  const event = { id: 'tick', supplierqueue: 'default', runtime: 'work', schema: { id: 'n', schemaref: 'n.json' } };
  const definition = packageOf(tenant, 'shop', { jobs: [{ event }], ...changes });
  await client.call('package.deploy', { tenant, definition });
  return { ...plane, definition };
}

/** What was raised: ids and data of the events on the queue. */
async function raised({ nats, tenant }: ControlPlane): Promise<{ id: string; data: string; source: string }[]> {
  const stream = `QUEUE_${tenant}_default`;
  const { state } = await nats.jsm.streams.info(stream);
  const found = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await nats.jsm.streams.getMessage(stream, { seq });
    const header = (name: string) => message?.header.get(name) ?? '';
    if (message) found.push({ id: header('Nats-Msg-Id'), data: message.string(), source: header('Jobico-Source') });
  }
  return found;
}

const get = ({ client, tenant }: ControlPlane, schedule: string) => client.call('schedule.get', { tenant, schedule });
const PATIENT = { timeout: 8000, interval: 50 };

test('a schedule fires again and again, each fire one event, however many control planes there are', async () => {
  const plane = await shop();
  await controlPlane();
  const { client, tenant } = plane;
  const made = await client.call('schedule.create', {
    tenant,
    id: 'often',
    event: 'tick',
    every: 'PT1S',
    data: { n: 1 },
  });
  expect(made).toMatchObject({ id: 'often', event: 'tick', every: 'PT1S', state: 'active', data: { n: 1 } });
  expect(Date.parse(made.next ?? '') - Date.now()).toBeLessThan(2500);
  await expect.poll(async () => (await raised(plane)).length, PATIENT).toBeGreaterThanOrEqual(3);
  const events = await raised(plane);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(events[0]).toMatchObject({
    data: '{"n":1}',
    source: 'schedule',
    id: expect.stringMatching(/^often:\d+$/) as string,
  });
  const { last, next } = await get(plane, 'often');
  expect(events.map(({ id }) => id)).toContain(last?.event);
  expect(Date.parse(next ?? '')).toBeGreaterThan(Date.parse(last?.time ?? ''));
  await client.call('schedule.cancel', { tenant, schedule: 'often' });
  expect((await client.call('schedule.list', { tenant })).items).toEqual([]);
});

test('a schedule at a time fires once, is done, and fires again if it is given another time', async () => {
  const plane = await shop();
  const { client, tenant } = plane;
  const at = new Date(Date.now() + 1200).toISOString();
  expect(await client.call('schedule.create', { tenant, id: 'once', event: 'tick', at })).toMatchObject({ next: at });
  await expect.poll(async () => (await get(plane, 'once')).state, PATIENT).toBe('done');
  const { last, next } = await get(plane, 'once');
  expect({ events: await raised(plane), next }).toEqual({
    events: [{ id: last?.event, data: '{}', source: 'schedule' }],
    next: undefined,
  });
  await expect(client.call('schedule.pause', { tenant, schedule: 'once' })).rejects.toMatchObject({ code: 'conflict' });
  const again = new Date(Date.now() + 500).toISOString();
  await client.call('schedule.update', { tenant, schedule: 'once', at: again, data: { n: 2 } });
  await expect.poll(async () => (await raised(plane)).map(({ data }) => data), PATIENT).toEqual(['{}', '{"n":2}']);
});

test('a paused schedule does not fire until it is resumed, and is triggered all the same', async () => {
  const plane = await shop();
  const { client, tenant } = plane;
  await client.call('schedule.create', { tenant, id: 'often', event: 'tick', cron: '* * * * * *' });
  await expect.poll(async () => (await raised(plane)).length, PATIENT).toBeGreaterThan(0);
  const paused = await client.call('schedule.pause', { tenant, schedule: 'often' });
  expect(paused).toMatchObject({ state: 'paused' });
  expect(paused).not.toHaveProperty('next');
  const { event } = await client.call('schedule.trigger', { tenant, schedule: 'often' });
  await expect.poll(async () => (await raised(plane)).map(({ id }) => id), PATIENT).toContain(event);
  const { state } = await plane.nats.jsm.streams.info('SCHEDULES', { subjects_filter: `jobico.schedule.${tenant}.*` });
  expect(state.subjects ?? {}).toEqual({});
  const before = (await raised(plane)).length;
  expect(await client.call('schedule.resume', { tenant, schedule: 'often' })).toMatchObject({ state: 'active' });
  await expect.poll(async () => (await raised(plane)).length, PATIENT).toBeGreaterThan(before);
});

test.each<[string, object, string]>([
  ['no time', {}, 'needs one of at, every or cron, and has none'],
  ['two times', { every: 'PT5S', cron: '* * * * * *' }, 'not several'],
  ['a cron of five fields', { cron: '0 3 * * *' }, 'has 5 fields, not six'],
  ['an interval below a second', { every: 'PT0.5S' }, 'is too short'],
  ['a time zone that is none', { cron: '0 0 3 * * *', timezone: 'Europe/Atlantis' }, 'is no time zone'],
  ['data that its event does not take', { every: 'PT5S', data: { n: 'x' } }, 'data/n'],
  ['an event that nobody declares', { every: 'PT5S', event: 'tock' }, 'no package of the tenant declares this event'],
])('%s is refused with the field and what it takes', async (_, changes, why) => {
  const { client, tenant } = await shop();
  await expect(client.call('schedule.create', { tenant, id: 's', event: 'tick', ...changes })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(why) as string,
  });
});

test('schedules of a package come, change and go with it; what stays as it is keeps its state', async () => {
  const nightly = { id: 'nightly', event: 'tick', cron: '0 0 3 * * *', timezone: 'Europe/Paris', data: { n: 1 } };
  const hourly = { id: 'hourly', event: 'tick', cron: '0 0 * * * *' };
  const plane = await shop({ schedules: [nightly, hourly] });
  const { client, tenant, definition } = plane;
  const list = async () => (await client.call('schedule.list', { tenant })).items;
  const about = (items: Schedule[]) => items.map(({ id, cron, state, package: owner }) => ({ id, cron, state, owner }));
  const first = await list();
  expect(first.map(({ id, next }) => [id, typeof next])).toEqual([
    ['hourly', 'string'],
    ['nightly', 'string'],
  ]);
  await client.call('schedule.pause', { tenant, schedule: 'nightly' });
  await expect(client.call('schedule.cancel', { tenant, schedule: 'nightly' })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(
    client.call('schedule.create', { tenant, id: 'nightly', event: 'tick', every: 'PT1H' }),
  ).rejects.toMatchObject({ code: 'conflict' });

  const changed = { ...definition, schedules: [nightly, { ...hourly, cron: '0 30 * * * *' }] };
  await client.call('package.deploy', { tenant, definition: changed });
  expect(about(await list())).toEqual([
    { id: 'hourly', cron: '0 30 * * * *', state: 'active', owner: 'shop' },
    { id: 'nightly', cron: '0 0 3 * * *', state: 'paused', owner: 'shop' },
  ]);
  await client.call('package.rollback', { tenant, package: 'shop' });
  expect(about(await list())[0]).toMatchObject({ cron: '0 0 * * * *' });
  await client.call('package.deploy', { tenant, definition: { ...definition, schedules: [hourly] } });
  expect((await list()).map(({ id }) => id)).toEqual(['hourly']);
  await client.call('package.undeploy', { tenant, package: 'shop' });
  expect(await list()).toEqual([]);
  const { state } = await plane.nats.jsm.streams.info('SCHEDULES', { subjects_filter: `jobico.schedule.${tenant}.*` });
  expect(state.subjects ?? {}).toEqual({});
});

test('a package whose schedules cannot be is refused as a whole, with every fault', async () => {
  const { client, tenant, definition } = await shop();
  const deploy = (schedules: NonNullable<PackageDefinition['schedules']>) =>
    client.call('package.deploy', { tenant, definition: { ...definition, schedules } });
  await expect(
    deploy([
      { id: 'a', event: 'tock', cron: '0 0 3 * * *' },
      { id: 'a', event: 'tick', cron: '0 3 * * *' },
    ]),
  ).rejects.toMatchObject({
    faults: [
      { path: '/schedules/1/id', message: 'this schedule is already declared at /schedules/0/id' },
      { path: '/schedules/0/event', suggestion: 'tick' },
      { path: '/schedules/1/cron', suggestion: '0 0 3 * * *' },
    ],
  });
  await client.call('schedule.create', { tenant, id: 'mine', event: 'tick', every: 'PT1H' });
  await expect(deploy([{ id: 'mine', event: 'tick', every: 'PT1H', data: { n: 'x' } }])).rejects.toMatchObject({
    faults: [{ path: '/schedules/0/id' }, { path: '/schedules/0/data/n' }],
  });
});

test('what was lost between a definition and its schedules is made good when a control plane starts', async () => {
  const plane = await shop({ schedules: [{ id: 'hourly', event: 'tick', every: 'PT1H' }] });
  const { client, tenant, nats } = plane;
  await nats.jsm.streams.purge('SCHEDULES', { filter: `jobico.schedule.${tenant}.hourly` });
  await nats.jsm.streams.purge('KV_schedules', { filter: `$KV.schedules.${tenant}.hourly` });
  expect((await client.call('schedule.list', { tenant })).items).toEqual([]);
  await controlPlane();
  await expect
    .poll(async () => (await client.call('schedule.list', { tenant })).items, PATIENT)
    .toMatchObject([{ id: 'hourly', state: 'active', next: expect.any(String) as string }]);
});
