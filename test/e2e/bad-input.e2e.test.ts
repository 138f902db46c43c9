import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allExecutions } from '../support/ledger.ts';
import { send, until } from '../support/load.ts';
import { packageFolder } from '../support/package-folder.ts';
import { jobico, type Ended } from '../support/platform-process.ts';
import { sharedPlatform } from '../support/shared-platform.ts';

const TENANT = 'acme';
const platform = sharedPlatform();

/** A package of one job; `changes` by the text that they replace. */
function shop(changes: Record<string, string> = {}): string {
  const source = `id: shop
tenant: ${TENANT}
queues:
  - id: default
jobs:
  - event:
      id: order-placed
      schema: { id: order, schemaref: order.json }
      supplierqueue: default
      runtime: work
runtimes:
  - id: work
    moduleref: work.wasm
`;
  return Object.entries(changes).reduce((text, [from, to]) => text.replace(from, to), source);
}

const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };

async function deploy(yaml: string): Promise<Ended & { file: string }> {
  const guests = { 'work.wasm': 'echo', 'core.wasm': 'core-module', 'stranger.wasm': 'no-handler' };
  const schemas = { 'order.json': ORDER, 'broken.json': { type: 'objekt' }, 'text.json': 'no JSON' };
  const { file } = await packageFolder(yaml, guests, schemas);
  return { ...(await platform().jobico('deploy', file)), file };
}

const address = (event = 'order-placed') => `${platform().urls.listener}/events/${TENANT}/${event}`;
const executions = async () => await allExecutions(platform().urls.ctl, TENANT);

describe('a package that is not one is refused with exit code 5, the line, and what to do', () => {
  test('every fault at once: path, value, what is allowed, what was meant', async () => {
    const { exitCode, stderr, stdout, file } = await deploy(
      shop({
        'id: shop': 'id: Shop',
        'queues:\n  - id: default': 'queues:\n  - id: default\n    orderin: none',
      }).concat('    type: python\n'),
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
    expect(stderr).toContain('package-invalid: the package has 3 faults');
    expect(stderr).toContain(`${file}:1  /id\n`);
    expect(stderr).toMatch(/"Shop"\n {4}allowed: lower-case letters, digits and dashes/);
    expect(stderr).toContain(`${file}:5  /queues/0/orderin\n    unknown field "orderin": "none"\n`);
    expect(stderr).toContain('allowed: id, name, ordering, storage, retention\n    did you mean ordering?');
    expect(stderr).toContain(`${file}:15  /runtimes/0/type\n    is not one of the allowed values: "python"\n`);
    expect(stderr).toContain('allowed: 0 or wasm');
  });

  test('a reference to a queue and a runtime that do not exist', async () => {
    const { exitCode, stderr, file } = await deploy(
      shop({ 'supplierqueue: default': 'supplierqueue: defualt', 'runtime: work': 'runtime: wrok' }),
    );
    expect(exitCode).toBe(5);
    expect(stderr).toContain(`${file}:9  /jobs/0/event/supplierqueue\n    no such queue in this package: "defualt"`);
    expect(stderr).toContain('did you mean default?');
    expect(stderr).toContain(`${file}:10  /jobs/0/event/runtime\n`);
    expect(stderr).toContain('did you mean work?');
  });

  test.each([
    ['', 'must be object'],
    ['just text', 'must be object'],
    ['id: [', 'not YAML'],
  ])('%j: %s', async (yaml, message) => {
    const { exitCode, stderr } = await deploy(yaml);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('package-invalid');
    expect(stderr).toContain(message);
  });

  test.each([
    ['a missing moduleref', { 'work.wasm': 'absent.wasm' }, 13, '/runtimes/0/moduleref', 'no such file: absent.wasm'],
    ['a moduleref outside', { 'work.wasm': '../work.wasm' }, 13, '/runtimes/0/moduleref', 'without ".."'],
    [
      'a core module',
      { 'work.wasm': 'core.wasm' },
      13,
      '/runtimes/0/moduleref',
      'it is a core module, not a component',
    ],
    ['a component of another world', { 'work.wasm': 'stranger.wasm' }, 13, '/runtimes/0/moduleref', 'handler'],
    ['no WebAssembly', { 'work.wasm': 'order.json' }, 13, '/runtimes/0/moduleref', 'not a WebAssembly component'],
    ['a missing schema', { 'order.json': 'absent.json' }, 8, '/jobs/0/event/schema/schemaref', 'no such file'],
    ['a schema that does not compile', { 'order.json': 'broken.json' }, 8, '/jobs/0/event/schema/schemaref', 'compile'],
    ['a schema that is no JSON', { 'order.json': 'text.json' }, 8, '/jobs/0/event/schema/schemaref', 'is not JSON'],
  ])('%s', async (_what, changes, line, path, message) => {
    const { exitCode, stderr, file } = await deploy(shop(changes));
    expect(exitCode).toBe(5);
    expect(stderr).toContain(`${file}:${line}  ${path}\n`);
    expect(stderr).toContain(message);
  });

  test('a file that is not there is a wrong use of the command, exit code 2', async () => {
    const { exitCode, stderr } = await platform().jobico('deploy', '/nowhere/shop.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no file or folder /nowhere/shop.yaml');
  });
});

describe('beside a package that works', () => {
  let before: number;

  beforeEach(async () => {
    const { exitCode, stderr } = await deploy(shop());
    assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' });
    before = (await executions()).length;
    await send(address(), [{ n: 1 }]);
  });

  // Nothing of it stops a process, or loses another event.
  afterEach(async () => {
    await send(address(), [{ n: 2 }]);
    await until(async () => (await executions()).length >= before + 2, 'both events to be done');
    const results = (await executions()).slice(before).map(({ status, result }) => [status, dataOf(result)]);
    assert.deepEqual(results, [
      ['ok', '{"n":1}'],
      ['ok', '{"n":2}'],
    ]);
  });

  test('another that claims its event is refused with exit code 6, and names whose it is', async () => {
    const { exitCode, stderr, file } = await deploy(shop({ 'id: shop': 'id: rival' }));
    expect(exitCode).toBe(6);
    expect(stderr).toContain('event-claimed: event order-placed belongs to package shop already');
    expect(stderr).toContain(`${file}:7  /jobs/0/event/id\n`);
    expect(stderr).toContain('jobico undeploy shop');
  });

  test('a next version with faults leaves the one that is live', async () => {
    expect((await deploy(shop({ 'work.wasm': 'core.wasm', 'order-placed': 'order-cancelled' }))).exitCode).toBe(5);
    const { stdout } = await platform().jobico('package', 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 'shop', version: 1, events: ['order-placed'] }] });
  });

  test('what the listener is sent wrongly is refused, each with its status and a pointer', async () => {
    const post = async (event: string, body: string) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(address(event), { method: 'POST', headers, body });
      const { code, errors } = (await response.json()) as { code: string; errors?: { path: string }[] };
      return [response.status, code, ...(errors ?? []).map(({ path }) => path)];
    };
    expect(await post('order-placed', 'no JSON')).toEqual([400, 'not-json']);
    expect(await post('order-placed', '{}')).toEqual([400, 'bad-request', '/data']);
    expect(await post('order-placed', '{"data":[]}')).toEqual([400, 'bad-request', '/data']);
    expect(await post('order-placed', '{"data":[{"n":3},{"n":"4"},{}]}')).toEqual([
      422,
      'invalid',
      '/data/1/n',
      '/data/2/n',
    ]);
    expect(await post('unknown', '{"data":[{"n":3}]}')).toEqual([404, 'not-found']);
    expect(await post('order-placed', `{"data":[{"n":3,"x":"${'x'.repeat(10 << 20)}"}]}`)).toEqual([413, 'too-large']);
  });

  test('events that the command line sends wrongly end it with the code of what is wrong', async () => {
    const sendByCommand = async (event: string, data: string) =>
      (await platform().jobico('event', 'send', event, '--tenant', TENANT, '--data', data)).exitCode;
    expect(await sendByCommand('order-placed', '{"n":"3"}')).toBe(5);
    expect(await sendByCommand('order-placed', '{"n":')).toBe(5);
    expect(await sendByCommand('unknown', '{"n":3}')).toBe(3);
  });
});

function dataOf(result: unknown): unknown {
  return (result as { data?: unknown } | undefined)?.data;
}

test('a command finds no platform: exit code 8, and what to start', async () => {
  const { exitCode, stderr } = await jobico(['package', 'list', '--url', 'http://127.0.0.1:9']);
  expect(exitCode).toBe(8);
  expect(stderr).toContain('jobico up');
});
