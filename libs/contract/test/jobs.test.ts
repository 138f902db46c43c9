import { durationMs, jobsOf, queueOf, sizeBytes, type PackageDefinition } from '@jobico/contract';
import { expect, test } from 'vitest';

const definition: PackageDefinition = {
  id: 'orders',
  tenant: 'acme',
  queues: [{ id: 'default' }],
  jobs: [
    {
      event: { id: 'placed', supplierqueue: 'default', runtime: 'price', schema: { id: 's', schemaref: 's.json' } },
      result: { ok: { id: 'priced', supplierqueue: 'default', runtime: 'tell' }, error: { id: 'stocked' } },
      retry: { maximumAttempts: 2 },
      timeout: 'PT2S',
    },
    { event: { id: 'stocked', supplierqueue: 'default', runtime: 'tell' } },
  ],
  runtimes: [
    { id: 'price', moduleref: 'price.wasm' },
    { id: 'tell', moduleref: 'tell.wasm' },
  ],
  grants: { price: { config: { currency: 'EUR' } } },
};

test('every event has one job, those that a route declares too; defaults are filled in', () => {
  expect(jobsOf(definition)).toEqual([
    {
      id: 'price',
      event: 'placed',
      queue: 'default',
      schemaref: 's.json',
      moduleref: 'price.wasm',
      ok: 'priced',
      error: 'stocked',
      retry: {
        maximumAttempts: 2,
        initialIntervalMs: 1000,
        backoffCoefficient: 2,
        maximumIntervalMs: 60_000,
        isOrderRelaxed: false,
      },
      timeoutMs: 2000,
      concurrency: 16,
      grant: { config: { currency: 'EUR' } },
    },
    expect.objectContaining({ event: 'stocked', id: 'tell', timeoutMs: 10_000, grant: {} }),
    expect.objectContaining({ event: 'priced', id: 'tell' }),
  ]);
});

test('a queue without a word about it is strict, on file, and keeps a week', () => {
  expect(queueOf({ id: 'q' })).toEqual({
    id: 'q',
    ordering: { kind: 'strict' },
    storage: 'file',
    maxAgeMs: 604_800_000,
    maxBytes: -1,
    maxEvents: -1,
  });
  expect(queueOf({ id: 'q', ordering: { key: '/a' } }).ordering).toEqual({
    kind: 'keyed',
    pointer: '/a',
    partitions: 1,
  });
  expect(queueOf({ id: 'q', ordering: { key: '/a', partitions: 4 } }).ordering).toMatchObject({ partitions: 4 });
});

test.each([
  ['PT1S', 1000],
  ['PT0.25S', 250],
  ['P7D', 604_800_000],
  ['P1DT2H3M4.5S', 93_784_500],
])('%s is %i ms', (text, ms) => expect(durationMs(text)).toBe(ms));

test.each([
  ['512B', 512],
  ['64KiB', 65_536],
  ['1GiB', 2 ** 30],
])('%s is %i bytes', (text, bytes) => expect(sizeBytes(text)).toBe(bytes));
