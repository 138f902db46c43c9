import { expect, test } from 'vitest';
import { requestOf } from '@jobico/client';

test('fields of the path are encoded into it, so that no value leaves its place', () => {
  expect(
    requestOf('file.upload', { tenant: 'acme', kind: 'wasm', name: 'jobs/price order?.wasm', content: 'AA==' }),
  ).toEqual({
    method: 'PUT',
    target: '/v1/tenants/acme/files/wasm/jobs%2Fprice%20order%3F.wasm',
    body: '{"content":"AA=="}',
  });
});

test('the other fields of a GET are its query, and undefined ones are left out', () => {
  const input = { tenant: 'acme', status: 'failed' as const, limit: 5 };
  expect(requestOf('execution.list', input)).toEqual({
    method: 'GET',
    target: '/v1/tenants/acme/executions?status=failed&limit=5',
  });
});

test('without other fields there is no question mark', () => {
  expect(requestOf('tenant.list', {})).toEqual({ method: 'GET', target: '/v1/tenants' });
});

test('the other fields of a POST are its body', () => {
  const { target, body } = requestOf('event.send', { tenant: 'acme', event: 'order-placed', data: [{ n: 1 }] });
  expect(target).toBe('/v1/tenants/acme/events/order-placed');
  expect(body).toBe('{"data":[{"n":1}]}');
});
