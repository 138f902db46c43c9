import { expect, test } from 'vitest';
import { createTenantLines } from '../src/schedules/tenant-lines.ts';

test('work of a tenant is done one after another, and waits for no other tenant', async () => {
  const lines = createTenantLines(10, 100);
  const slow = Promise.withResolvers<void>();
  const done: string[] = [];
  lines.add('a', async () => {
    await slow.promise;
    done.push('a1');
  });
  lines.add('a', async () => void done.push('a2'));
  const other = Promise.withResolvers<void>();
  lines.add('b', async () => {
    done.push('b1');
    other.resolve();
  });
  await other.promise;
  expect(done).toEqual(['b1']);
  slow.resolve();
  await lines.whenIdle();
  expect(done).toEqual(['b1', 'a1', 'a2']);
});

test('of a tenant no more is taken than may wait, and of all together none before there is room', async () => {
  const lines = createTenantLines(2, 3);
  const work = Promise.withResolvers<void>();
  const add = (tenant: string) => lines.add(tenant, () => work.promise);
  expect([add('a'), add('a'), add('a'), add('b')]).toEqual([true, true, false, true]);
  let isFree = false;
  const free = lines.whenFree().then(() => (isFree = true));
  await Promise.resolve();
  expect(isFree).toBe(false);
  work.resolve();
  await free;
  await lines.whenIdle();
  expect(add('a')).toBe(true);
});
