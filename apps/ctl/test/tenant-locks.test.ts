import { expect, test } from 'vitest';
import { createTenantLocks } from '../src/tenants/tenant-locks.ts';

test('work of a tenant runs one after another, that of another tenant beside it', async () => {
  const locks = createTenantLocks();
  const steps: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = locks('acme', async () => {
    steps.push('acme 1 starts');
    await first.promise;
    steps.push('acme 1 ends');
  });
  const two = locks('acme', () => Promise.resolve(steps.push('acme 2')));
  await locks('other', () => Promise.resolve(steps.push('other')));
  first.resolve();
  await Promise.all([one, two]);
  expect(steps).toEqual(['acme 1 starts', 'other', 'acme 1 ends', 'acme 2']);
});

test('a failure is the caller’s own: the next one runs', async () => {
  const locks = createTenantLocks();
  await expect(locks('acme', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await locks('acme', () => Promise.resolve('yes'))).toBe('yes');
});
