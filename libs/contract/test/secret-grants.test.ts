import { expect, test } from 'vitest';
import { packageFaults, type GrantDefinition } from '../src/index.ts';

const faultsOf = (grant: GrantDefinition) =>
  packageFaults({
    id: 'p',
    tenant: 't',
    queues: [{ id: 'q' }],
    jobs: [{ event: { id: 'e', supplierqueue: 'q', runtime: 'r' } }],
    runtimes: [{ id: 'r', moduleref: 'r.wasm' }],
    grants: { r: grant },
  });

test('a job is granted secrets by name, beside its configuration', () => {
  expect(faultsOf({ config: { currency: 'EUR' }, secrets: ['TAX_KEY', '__proto__'] })).toEqual([]);
});

test('a name is configuration or a secret, and named once', () => {
  expect(faultsOf({ config: { A: 'x' }, secrets: ['A', 'B', 'B'] })).toMatchObject([
    { path: '/grants/r/secrets/0', message: 'is configuration too' },
    { path: '/grants/r/secrets/2', message: 'is named twice' },
  ]);
});

test('what cannot be the name of a secret is told, with what can', () => {
  expect(faultsOf({ secrets: ['TAX KEY'] })).toMatchObject([
    { path: '/grants/r/secrets/0', allowed: expect.stringContaining('letters, digits') as string },
  ]);
});
