import type { Validator } from '@jobico/contract';
import { expect, test, vi } from 'vitest';
import { createIntake } from '../src/intake/intake.ts';

type Deps = Parameters<typeof createIntake>[0];

/** An intake that checks with this validator; nothing is stored. */
const checking = (validate: Validator) =>
  createIntake({
    publisher: {} as Deps['publisher'],
    definitions: { event: () => ({}) } as unknown as Deps['definitions'],
    schemas: { validatorOf: () => validate },
  });

const requestOf = (count: number) => ({
  tenant: 'acme',
  event: 'placed',
  source: 'http',
  items: Array.from({ length: count }, () => ({ value: 1, text: '1' })),
});

test('of a request in which nothing is valid no more is looked at than is told', async () => {
  const validate = vi.fn<Validator>(() => [{ path: '', message: 'is wrong' }]);
  await expect(checking(validate).check(requestOf(10_000))).rejects.toMatchObject({
    code: 'invalid',
    faults: expect.objectContaining({ length: 100 }),
  });
  expect(validate).toHaveBeenCalledTimes(100);
});

test('others have their turn while the events of a long request are checked', async () => {
  let turns = 0;
  const validate: Validator = () => {
    const untilMs = performance.now() + 11;
    while (performance.now() < untilMs);
    setImmediate(() => (turns += 1));
    return [];
  };
  await checking(validate).check(requestOf(4));
  expect(turns).toBeGreaterThanOrEqual(2);
});
