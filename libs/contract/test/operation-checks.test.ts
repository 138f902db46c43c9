import { createOperationChecks, JobicoError } from '@jobico/contract';
import { expect, test } from 'vitest';

const checks = createOperationChecks();

function refusal(check: () => unknown): JobicoError {
  try {
    check();
  } catch (error) {
    if (error instanceof JobicoError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('defaults are filled in', () => {
  expect(checks.input('execution.list', { tenant: 'acme' })).toEqual({ tenant: 'acme', limit: 50 });
});

test('a misspelt parameter is a bad request that names it and suggests the right one', () => {
  const error = refusal(() => checks.input('execution.list', { tenant: 'acme', statsu: 'ok' }));
  expect(error.code).toBe('bad-request');
  expect(error.faults).toMatchObject([{ path: '/statsu', suggestion: 'status' }]);
});

test('a wrong field of the body is invalid, a wrong field of the path a bad request', () => {
  const input = { tenant: 'acme', event: 'order-placed' };
  expect(refusal(() => checks.input('event.send', { ...input, data: [] }))).toMatchObject({
    code: 'invalid',
    faults: [{ path: '/data' }],
  });
  expect(refusal(() => checks.input('event.send', { ...input, tenant: 'A*', data: [1] }))).toMatchObject({
    code: 'bad-request',
    faults: [{ path: '/tenant' }],
  });
});

test('what is not an object is refused', () => {
  expect(refusal(() => checks.input('tenant.list', 'x')).faults).toHaveLength(1);
});

test('an output that is not what the operation promises is an internal error', () => {
  expect(refusal(() => checks.output('tenant.list', { items: [{ id: 1 }] })).code).toBe('internal');
});
