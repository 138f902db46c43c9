import { JobicoError, packageFaults, parsePackage, validatePackage, type Fault } from '@jobico/contract';
import { describe, expect, test } from 'vitest';

const PACKAGE = {
  id: 'orders',
  tenant: 'acme',
  queues: [{ id: 'default' }],
  jobs: [{ event: { id: 'placed', supplierqueue: 'default', runtime: 'price' } }],
  runtimes: [{ id: 'price', moduleref: 'price.wasm' }],
};

const changed = (changes: object) => ({ ...PACKAGE, ...changes });
const faultsOf = (changes: object): Fault[] => packageFaults(changed(changes));

test('a package that is as it should be has no faults', () => {
  expect(packageFaults(PACKAGE)).toEqual([]);
  expect(validatePackage(PACKAGE)).toBe(PACKAGE);
});

describe('each fault names the place, the value, what is allowed, and what was probably meant', () => {
  test('a misspelt field', () => {
    expect(
      faultsOf({
        jobs: [{ event: { id: 'placed', suplierqueue: 'default', supplierqueue: 'default', runtime: 'price' } }],
      }),
    ).toEqual([
      expect.objectContaining({ path: '/jobs/0/event/suplierqueue', value: '"default"', suggestion: 'supplierqueue' }),
    ]);
  });

  test('a missing moduleref', () => {
    expect(faultsOf({ runtimes: [{ id: 'price' }] })).toEqual([
      { path: '/runtimes/0/moduleref', message: 'is missing' },
    ]);
  });

  test('an id that could open a subject', () => {
    for (const tenant of ['*', 'a.b', 'A', '', '>', 'a_b', '-a', 'x'.repeat(64)]) {
      expect(faultsOf({ tenant })).toEqual([
        expect.objectContaining({
          path: '/tenant',
          value: JSON.stringify(tenant).slice(0, 60) + (tenant.length > 58 ? '…' : ''),
        }),
      ]);
    }
  });

  test('an ordering that is none', () => {
    expect(faultsOf({ queues: [{ id: 'default', ordering: 'sorted' }] })).toEqual([
      {
        path: '/queues/0/ordering',
        message: 'fits none of the allowed forms',
        value: '"sorted"',
        allowed: 'strict, none, or { key: /a/json/pointer, partitions: 4 }',
      },
    ]);
  });

  test.each([0, 65, 1.5, '4', null])('a number of partitions that is none: %j', (partitions) => {
    expect(faultsOf({ queues: [{ id: 'default', ordering: { key: '/a', partitions } }] })).toEqual([
      expect.objectContaining({
        path: '/queues/0/ordering/partitions',
        value: JSON.stringify(partitions),
        allowed: 'a whole number from 1 to 64',
      }),
    ]);
  });

  test('partitions without a key', () => {
    expect(faultsOf({ queues: [{ id: 'default', ordering: { partitions: 4 } }] })).toEqual([
      { path: '/queues/0/ordering/key', message: 'is missing' },
    ]);
    for (const ordering of ['strict', 'none']) {
      expect(faultsOf({ queues: [{ id: 'default', ordering, partitions: 4 }] })).toEqual([
        expect.objectContaining({ path: '/queues/0/partitions', message: 'unknown field "partitions"' }),
      ]);
    }
  });

  test('a misspelt field of an ordering', () => {
    expect(faultsOf({ queues: [{ id: 'default', ordering: { key: '/a', partition: 4 } }] })).toEqual([
      expect.objectContaining({ path: '/queues/0/ordering/partition', suggestion: 'partitions' }),
    ]);
  });

  test.each(['../secret.wasm', '/etc/passwd', 'a/../../b', ''])('a module outside the folder: %j', (moduleref) => {
    expect(faultsOf({ runtimes: [{ id: 'price', moduleref }] })).toEqual([
      expect.objectContaining({ path: '/runtimes/0/moduleref' }),
    ]);
  });

  test.each(['5', '5s', 'P', 'PT', 'P1M', 'PT1.2345S'])('a time-out that is no duration: %j', (timeout) => {
    expect(faultsOf({ jobs: [{ ...PACKAGE.jobs[0], timeout }] })).toEqual([
      expect.objectContaining({ path: '/jobs/0/timeout' }),
    ]);
  });

  test('several at once', () => {
    expect(
      faultsOf({ id: 'A', tenant: 7, runtimes: [] })
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(['/id', '/runtimes', '/tenant']);
  });
});

describe('what refers to something refers to what is there', () => {
  test('queue and runtime of an event', () => {
    const faults = faultsOf({ jobs: [{ event: { id: 'placed', supplierqueue: 'defualt', runtime: 'prize' } }] });
    expect(faults).toEqual([
      expect.objectContaining({ path: '/jobs/0/event/supplierqueue', suggestion: 'default' }),
      expect.objectContaining({ path: '/jobs/0/event/runtime', suggestion: 'price' }),
    ]);
  });

  test('a route names a declared event, or declares one whole', () => {
    const job = PACKAGE.jobs[0];
    expect(faultsOf({ jobs: [{ ...job, result: { ok: { id: 'nowhere' } } }] })).toEqual([
      expect.objectContaining({ path: '/jobs/0/result/ok/id' }),
    ]);
    expect(faultsOf({ jobs: [{ ...job, result: { ok: { id: 'next', runtime: 'price' } } }] })).toEqual([
      { path: '/jobs/0/result/ok/supplierqueue', message: 'is missing' },
    ]);
    expect(
      faultsOf({ jobs: [{ ...job, result: { ok: { id: 'next', runtime: 'price', supplierqueue: 'default' } } }] }),
    ).toEqual([]);
  });

  test('grants are of runtimes and events that exist', () => {
    expect(
      faultsOf({ grants: { pricee: { emit: ['placed'] }, price: { emit: ['plced'] } } }).map(({ path, suggestion }) => [
        path,
        suggestion,
      ]),
    ).toEqual([
      ['/grants/pricee', 'price'],
      ['/grants/price/emit/0', 'placed'],
    ]);
  });

  test('nothing is declared twice', () => {
    const faults = faultsOf({
      queues: [{ id: 'default' }, { id: 'default' }],
      jobs: [...PACKAGE.jobs, ...PACKAGE.jobs],
    });
    expect(faults.map(({ path }) => path)).toEqual(['/queues/1/id', '/jobs/1/event/id']);
  });
});

describe('YAML', () => {
  const read = (text: string) => parsePackage(text);

  test("the original's forms are read: wrapped in package, result inside event, routes under event", () => {
    const { value } = read(`
package:
  id: orders
  tenant: acme
  queues: [{ id: default }]
  jobs:
    - event:
        id: placed
        supplierqueue: default
        runtime: price
        result: { ok: { event: { id: priced, supplierqueue: default, runtime: price } } }
  runtimes: [{ id: price, moduleref: price.wasm, mainfuncname: event, type: 0, platform: x }]
`);
    expect(packageFaults(value)).toEqual([]);
    expect(value).toMatchObject({ jobs: [{ event: { id: 'placed' }, result: { ok: { id: 'priced' } } }] });
  });

  test('a fault is found at its line', () => {
    const { lineOf } = read('id: orders\ntenant: acme\nqueues:\n  - id: default\n    orderin: strict\n');
    expect(lineOf('/queues/0/orderin')).toBe(5);
    expect(lineOf('/queues/0/missing')).toBe(4);
  });

  test.each([
    ['text that is not YAML', 'a: [', /not YAML/],
    [
      'aliases that expand without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
        .join('\n')}`,
      /aliases/,
    ],
    ['more than a mebibyte', `a: ${'x'.repeat(1 << 20)}`, /1 MiB/],
  ])('%s is refused', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(JobicoError);
  });

  test.each(['', '- a', '7', 'null', '~'])('%j is read, and is no package', (text) => {
    expect(packageFaults(read(text).value)).not.toEqual([]);
  });
});
