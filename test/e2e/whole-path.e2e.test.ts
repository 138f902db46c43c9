import assert from 'node:assert/strict';
import { createClient } from '@jobico/client';
import type { Execution } from '@jobico/contract';
import { beforeAll, describe, expect, test } from 'vitest';
import { natsOf } from '../support/ledger.ts';
import { send as sendAll, until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { sharedPlatform } from '../support/shared-platform.ts';

const TENANT = 'acme';
const platform = sharedPlatform();

const SHOP = `id: shop
name: A shop
tenant: ${TENANT}
queues:
  - id: orders
    ordering: { key: /customer/id }
  - id: aside
    ordering: none
jobs:
  - event:
      id: order-placed
      name: Order placed
      datatype: 0
      schema: { id: order, name: Order, schemaref: order.json }
      supplierqueue: orders
      runtime: sum
    result:
      ok: { id: order-summed, supplierqueue: aside, runtime: look }
  - event: { id: told, supplierqueue: orders, runtime: tell }
    result:
      error: { id: told-failed, supplierqueue: aside, runtime: look }
    retry: { maximumAttempts: 3, initialInterval: PT0.05S }
  - event: { id: told-alone, supplierqueue: orders, runtime: tell }
    retry: { maximumAttempts: 2, initialInterval: PT0.05S }
    timeout: PT0.5S
  - event: { id: noted, supplierqueue: aside, runtime: look }
runtimes:
  - { id: sum, name: Sums an order, moduleref: sum.wasm, mainfuncname: event, type: 0 }
  - { id: tell, moduleref: tell.wasm }
  - { id: look, moduleref: look.wasm }
grants:
  sum: { config: { currency: EUR } }
  tell: { emit: [noted] }
`;

const ORDER = {
  type: 'object',
  required: ['id', 'customer', 'lines'],
  properties: {
    id: { type: 'string' },
    customer: { type: 'object', required: ['id'] },
    lines: { type: 'array', minItems: 1, items: { type: 'object', required: ['price', 'quantity'] } },
  },
};

const order = (id: string) => ({ id, customer: { id: 'c-1' }, lines: [{ price: 2.5, quantity: 4 }] });

beforeAll(async () => {
  const guests = { 'sum.wasm': 'sum-order', 'tell.wasm': 'as-told', 'look.wasm': 'echo' };
  const { file } = await packageFolder(SHOP, guests, { 'order.json': ORDER }, () => undefined);
  const { exitCode, stdout } = await platform().jobico('deploy', file, '--json');
  assert.equal(exitCode, 0);
  assert.partialDeepStrictEqual(JSON.parse(stdout), { tenant: TENANT, package: 'shop', version: 1, changed: true });
});

const address = (event: string) => `${platform().urls.listener}/events/${TENANT}/${event}`;

async function send(event: string, data: object): Promise<string> {
  const [id = ''] = await sendAll(address(event), [data]);
  return id;
}

/** Executions of a filter, oldest first. */
async function executionsOf(filter: { event?: string; job?: string }): Promise<Execution[]> {
  const client = createClient({ url: platform().urls.ctl });
  return (await client.call('execution.list', { tenant: TENANT, limit: 1000, ...filter })).items.toReversed();
}

/** The executions of an event, once there are as many. */
async function executed(event: string, howMany = 1): Promise<Execution[]> {
  await until(async () => (await executionsOf({ event })).length >= howMany, `${howMany} executions of ${event}`);
  return await executionsOf({ event });
}

/** The event's text, as the job that looks at it got it. */
function dataOf(execution: Execution | undefined): string {
  return (execution?.result as { data: string } | undefined)?.data ?? '';
}

describe('an event that is sent over HTTP', () => {
  test('runs with what its package grants, and its result goes to the next job', async () => {
    const [summed] = await executed(await send('order-placed', order('o-1')));
    expect(summed).toMatchObject({
      status: 'ok',
      attempt: 1,
      tenant: TENANT,
      package: 'shop',
      version: 1,
      job: 'sum',
      event: { name: 'order-placed', key: 'c-1' },
      result: { id: 'o-1', total: 10, currency: 'EUR' },
      logs: [{ level: 'info', message: 'order o-1: 1 lines' }],
    });
    const [routed] = summed?.emitted ?? [];
    const [looked] = await executed(routed?.id ?? '');
    expect(looked).toMatchObject({ job: 'look', status: 'ok', event: { name: 'order-summed' } });
    expect(JSON.parse(dataOf(looked))).toEqual({ id: 'o-1', total: 10, currency: 'EUR' });
  });

  test('is tried again after a failure, and each attempt is recorded', async () => {
    const attempts = await executed(await send('told', { attempts: ['retry', 'trap', 'ok'], log: ['here'] }), 3);
    expect(attempts.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
      [1, 'retry', 'retry'],
      [2, 'retry', 'trap'],
      [3, 'ok', undefined],
    ]);
    expect(attempts.map(({ logs }) => logs[0]?.message)).toEqual(['here', 'here', 'here']);
  });

  test('goes to the error route once it has failed for good', async () => {
    const [failed] = await executed(await send('told', { attempts: ['permanent'], log: ['why'] }));
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'permanent', message: 'as told' } });
    const [looked] = await executed(failed?.emitted[0]?.id ?? '');
    expect(JSON.parse(dataOf(looked))).toMatchObject({
      event: { attempts: ['permanent'] },
      error: { code: 'permanent' },
    });
  });

  test('without an error route becomes a dead letter, with its cause and what it was', async () => {
    const data = { attempts: ['retry'], why: 'never' };
    const id = await send('told-alone', data);
    const attempts = await executed(id, 2);
    expect(attempts.map(({ status }) => status)).toEqual(['retry', 'dead']);
    const { stdout } = await platform().jobico('deadletter', 'list', '--event', 'told-alone', '--json');
    const letter = (JSON.parse(stdout) as { items: { event: { id: string } }[] }).items.find(
      ({ event }) => event.id === id,
    );
    expect(letter).toMatchObject({ queue: 'orders', attempts: 2, error: { code: 'retry' }, event: { id }, data });
  });

  test('that never returns is stopped at its deadline; others of the tenant run on', async () => {
    const loops = await send('told-alone', { customer: { id: 'c-loop' }, attempts: ['loop', 'ok'] });
    const next = await send('order-placed', order('o-2'));
    expect((await executed(loops, 2)).map(({ status, error }) => [status, error?.code])).toEqual([
      ['retry', 'deadline'],
      ['ok', undefined],
    ]);
    expect((await executed(next))[0]).toMatchObject({ status: 'ok', attempt: 1 });
  });

  test('raises another on its way', async () => {
    const [teller] = await executed(
      await send('told', { emit: { event: 'noted', data: { n: 9007199254740993n.toString() } } }),
    );
    expect(teller?.emitted).toMatchObject([{ event: 'noted', route: 'emit' }]);
    const [noted] = await executed(teller?.emitted[0]?.id ?? '');
    expect(noted).toMatchObject({ job: 'look', status: 'ok' });
  });

  test('keeps its digits all the way into the job and out of the recorder', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{"data":[{"n":12345678901234567890.10}]}';
    const response = await fetch(address('noted'), { method: 'POST', headers, body });
    const { events } = (await response.json()) as { events: { id: string }[] };
    const [noted] = await executed(events[0]?.id ?? '');
    expect(dataOf(noted)).toBe('{"n":12345678901234567890.10}');
  });
});

describe('an event that is published to NATS', () => {
  test('runs as one that came over HTTP does', async () => {
    const nats = await natsOf(platform().urls.nats);
    const job = { job: 'sum' };
    const before = (await executionsOf(job)).length;
    await nats.publisher.publish(`jobico.event.${TENANT}.order-placed`, JSON.stringify(order('direct')));
    await until(async () => (await executionsOf(job)).length > before, 'the direct event');
    const [last] = (await executionsOf(job)).slice(-1);
    expect(last).toMatchObject({ status: 'ok', event: { key: 'c-1' }, result: { id: 'direct', total: 10 } });
  });

  test('and does not fit its schema becomes a dead letter with the pointer, and never a job', async () => {
    const nats = await natsOf(platform().urls.nats);
    const ids = { wrong: 'direct-wrong', garbage: 'direct-garbage' };
    await nats.publisher.publish(`jobico.event.${TENANT}.order-placed`, '{"id":"x","customer":{"id":"c"},"lines":[]}', [
      ['Nats-Msg-Id', ids.wrong],
    ]);
    await nats.publisher.publish(`jobico.event.${TENANT}.order-placed`, 'no JSON', [['Nats-Msg-Id', ids.garbage]]);
    const [wrong] = await executed(ids.wrong);
    expect(wrong).toMatchObject({ status: 'dead', error: { code: 'invalid' } });
    expect(wrong?.error?.message).toContain('/lines');
    const [garbage] = await executed(ids.garbage);
    expect(garbage).toMatchObject({ status: 'dead', error: { code: 'invalid' } });
    const { stdout } = await platform().jobico('deadletter', 'list', '--event', 'order-placed', '--json');
    const letters = (JSON.parse(stdout) as { items: { event: { id: string } }[] }).items;
    expect(letters.map(({ event }) => event.id).toSorted()).toEqual([ids.garbage, ids.wrong]);
  });

  test('and that nobody declares is refused to its producer', async () => {
    const nats = await natsOf(platform().urls.nats);
    await expect(nats.publisher.publish(`jobico.event.${TENANT}.unknown`, '{}')).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('what happened', () => {
  test('is listed by the command line, newest first, as JSON and as a table', async () => {
    const id = await send('told', { attempts: ['retry', 'ok'] });
    await executed(id, 2);
    const { stdout } = await platform().jobico('execution', 'list', '--event', id, '--json');
    const { items } = JSON.parse(stdout) as { items: Execution[] };
    expect(items.map(({ status, attempt, event }) => [status, attempt, event.id])).toEqual([
      ['ok', 2, id],
      ['retry', 1, id],
    ]);
    const table = await platform().jobico('execution', 'list', '--limit', '1');
    expect(table.stdout).toContain(items[0]?.id);
    expect(table.stdout).toContain('tell');
  });

  test('is shown by the recorder with what was logged, and commands nothing to a terminal', async () => {
    await executed(await send('told', { log: ['\u001b[31mred\u001b[0m'] }));
    const { stdout, exitCode } = await platform().jobico('recorder', '--lines', '2');
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^\S+ {2}ok {6}shop\/tell {2}told /);
    expect(lines.at(-1)).toMatch(/info .*red/);
    expect(stdout).not.toContain('\u001b');
  });
});

test('a new version is live at once for the events that follow; the old definition is gone', async () => {
  const changed = SHOP.replace('currency: EUR', 'currency: USD');
  const guests = { 'sum.wasm': 'sum-order', 'tell.wasm': 'as-told', 'look.wasm': 'echo' };
  const { file } = await packageFolder(changed, guests, { 'order.json': ORDER });
  const { stdout } = await platform().jobico('deploy', file, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ version: 2, changed: true });
  const [summed] = await executed(await send('order-placed', order('o-3')));
  expect(summed).toMatchObject({ version: 2, result: { currency: 'USD' } });
  expect((await platform().jobico('undeploy', 'shop')).exitCode).toBe(0);
  const response = await fetch(address('order-placed'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: [order('o-4')] }),
  });
  expect(response.status).toBe(404);
});
