import { isAllowed, isLoopback, isLoopbackHost, TOKEN_ROLES, type Role } from '@jobico/contract';
import { expect, test } from 'vitest';

const allowedIn = (tenant: string | undefined, role: Role) =>
  TOKEN_ROLES.filter((held) => isAllowed({ role: held, ...(held !== 'admin' && { tenant: 'acme' }) }, role, tenant));

test('a role may do what it includes in its tenant', () => {
  expect(allowedIn('acme', 'owner')).toEqual(['admin', 'owner']);
  expect(allowedIn('acme', 'deployer')).toEqual(['admin', 'owner', 'deployer']);
  expect(allowedIn('acme', 'producer')).toEqual(['admin', 'owner', 'deployer', 'producer']);
  expect(allowedIn('acme', 'viewer')).toEqual(['admin', 'owner', 'deployer', 'viewer']);
  expect(allowedIn('acme', 'admin')).toEqual(['admin']);
  expect(allowedIn('acme', 'anyone')).toEqual(TOKEN_ROLES);
});

test('in another tenant, and where none is named, only an admin may', () => {
  for (const role of TOKEN_ROLES) {
    expect(allowedIn('other', role)).toEqual(['admin']);
    expect(allowedIn(undefined, role)).toEqual(['admin']);
  }
});

test('a caller without a tenant that is no admin may do nothing', () => {
  expect(isAllowed({ role: 'owner' }, 'viewer', undefined)).toBe(false);
  expect(isAllowed({ role: 'owner' }, 'viewer', 'acme')).toBe(false);
});

test.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', 'LocalHost'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.256x', ''])(
  '%j is not',
  (host) => {
    expect(isLoopback(host)).toBe(false);
    expect(isLoopbackHost(host)).toBe(false);
    expect(isLoopbackHost(`${host}:8090`)).toBe(false);
  },
);

test('a Host header names this machine with or without a port', () => {
  expect(['localhost:8090', '127.0.0.1', '[::1]:1'].map(isLoopbackHost)).toEqual([true, true, true]);
  expect([undefined, 'localhost:x', 'localhost:1:2', 'a@localhost'].map(isLoopbackHost)).toEqual(Array(4).fill(false));
});
