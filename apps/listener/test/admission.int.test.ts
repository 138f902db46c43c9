import { request } from 'node:http';
import { createTenantStore, createTokenStore, generateToken } from '@jobico/messaging';
import { TOKEN_ROLES, type TokenRole } from '@jobico/contract';
import { expect, test, vi } from 'vitest';
import { front, type Front } from './support/front.ts';

interface Guarded extends Front {
  /** A new token; of the front's tenant unless another one is named. */
  tokenOf: (role: TokenRole, about?: { tenant?: string; expiresAt?: Date; isRevoked?: boolean }) => Promise<string>;
}

async function guarded(): Promise<Guarded> {
  const entrance = await front({ auth: 'tokens' });
  const { nats, tenant } = entrance;
  await (await createTenantStore(nats)).ensure(tenant);
  const store = await createTokenStore(nats);
  const tokenOf: Guarded['tokenOf'] = async (role, { tenant: of = tenant, expiresAt, isRevoked } = {}) => {
    const token = generateToken();
    const about = {
      role,
      ...(role !== 'admin' && { tenant: of }),
      expiresAt: expiresAt ?? new Date(Date.now() + 60_000),
    };
    const record = await store.add(token, about);
    if (isRevoked) await store.revoke(record);
    return token;
  };
  await entrance.declare({ happened: undefined });
  return { ...entrance, tokenOf };
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

test('a producer, and every role that includes it, sends events to its tenant', async () => {
  const { post, tokenOf } = await guarded();
  const allowed: TokenRole[] = ['admin', 'owner', 'deployer', 'producer'];
  for (const role of TOKEN_ROLES) {
    const token = await tokenOf(role);
    const expected = allowed.includes(role) ? 202 : 403;
    await vi.waitFor(async () => {
      const { status } = await post('happened', { data: [1] }, bearer(token));
      expect([role, status]).toEqual([role, expected]);
    });
  }
});

test('no token, an unknown, a revoked and an expired one are all the same 401, whatever is asked for', async () => {
  const { post, tokenOf } = await guarded();
  const revoked = await tokenOf('owner', { isRevoked: true });
  const expired = await tokenOf('owner', { expiresAt: new Date(Date.now() - 1) });
  const [first, ...others] = await Promise.all(
    [undefined, generateToken(), 'x', revoked, expired].flatMap((token) =>
      ['happened', 'no-such-event'].map((event) => post(event, { data: [1] }, bearer(token))),
    ),
  );
  expect(first).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect(first?.headers.get('www-authenticate')).toBe('Bearer');
  for (const { status, body } of others) expect({ status, body }).toEqual({ status: 401, body: first?.body });
});

test("another tenant's events are the same 403, whether event and tenant exist or not", async () => {
  const { listener, tenant, tokenOf } = await guarded();
  const foreign = await tokenOf('owner', { tenant: `${tenant}-other` });
  const send = async (path: string) => {
    const response = await fetch(`${listener.url}/events/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(foreign) },
      body: '{"data":[1]}',
    });
    return { status: response.status, body: await response.text() };
  };
  const existing = await vi.waitFor(async () => {
    const answer = await send(`${tenant}/happened`);
    expect(answer.status).toBe(403);
    return answer;
  });
  expect(await send(`${tenant}/no-such-event`)).toEqual(existing);
  expect(await send('no-such-tenant/happened')).toEqual(existing);
});

test('every address but /health asks for a token, also with other methods and broken bodies', async () => {
  const { listener, tenant } = await guarded();
  const path = `/events/${tenant}/happened`;
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const { status } = await fetch(listener.url + path, { method });
    expect([method, status]).toEqual([method, 401]);
  }
  const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
  expect((await fetch(listener.url + path, { method: 'POST', headers, body: 'x' })).status).toBe(401);
  expect((await fetch(`${listener.url}/health`)).status).toBe(200);
});

test('revoking a token is live within a second', async () => {
  const { post, nats, tokenOf } = await guarded();
  const token = await tokenOf('producer');
  const status = async () => (await post('happened', { data: [1] }, bearer(token))).status;
  await vi.waitFor(async () => expect(await status()).toBe(202));
  const store = await createTokenStore(nats);
  const { fingerprint } = await import('@jobico/messaging');
  const record = await store.get(fingerprint(token).id);
  if (record) await store.revoke(record);
  await vi.waitFor(async () => expect(await status()).toBe(401), { timeout: 1000, interval: 5 });
});

test('an open listener answers requests to this machine only', async () => {
  const { listener, tenant } = await front();
  const { port } = new URL(listener.url);
  const statusFor = (host: string) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: `/events/${tenant}/x`, method: 'POST', headers: { host } };
      request(options, (answer) => resolve(answer.resume().statusCode))
        .once('error', reject)
        .end();
    });
  expect(await statusFor('evil.example')).toBe(403);
  expect(await statusFor('localhost')).not.toBe(403);
});
