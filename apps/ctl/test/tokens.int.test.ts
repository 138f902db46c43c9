import { createClient } from '@jobico/client';
import type { TokenRole } from '@jobico/contract';
import { createTokenStore, generateToken } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startCtl } from '../src/index.ts';
import { controlPlane } from './support/control-plane.ts';
import { guardedPlane, type GuardedPlane } from './support/credentials.ts';
import { deployEcho } from './support/deploy-echo.ts';
import { ownNats } from './support/own-nats.ts';

const as = ({ url }: GuardedPlane, token: string) => createClient({ url, token });

test('a token is stored as a hash alone, and lists never show it', async () => {
  const plane = await guardedPlane();
  const { tenant, admin, nats } = plane;
  const made = await admin.call('token.create', { tenant, role: 'producer', name: 'shop', expiresInSeconds: 60 });
  expect(made).toMatchObject({ role: 'producer', tenant, name: 'shop', kind: 'http', state: 'valid' });
  expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBeCloseTo(60_000, -2);
  const stored = await nats.jsm.streams.getMessage('KV_tokens', { last_by_subj: `$KV.tokens.${made.id}` });
  const { items } = await admin.call('token.list', { tenant });
  const listed = items.find(({ id }) => id === made.id);
  expect(listed).toMatchObject({ name: 'shop', start: made.secret.slice(0, 8) });
  for (const text of [stored?.string() ?? '', JSON.stringify(listed)]) {
    expect(text).not.toContain(made.secret.slice(8));
    expect(text).toContain(made.id);
  }
  expect(JSON.stringify(listed)).not.toContain('hash');
});

test('a token is good until it is revoked, and for nothing within a second after', async () => {
  const plane = await guardedPlane();
  const { tenant, admin } = plane;
  const { id, secret } = await admin.call('token.create', { tenant, role: 'viewer' });
  const client = as(plane, secret);
  await client.call('package.list', { tenant });
  const revoked = await admin.call('token.revoke', { token: id, tenant });
  expect(revoked).toMatchObject({ id, state: 'revoked' });
  await vi.waitFor(
    () => expect(client.call('package.list', { tenant })).rejects.toMatchObject({ code: 'unauthenticated' }),
    { timeout: 1000, interval: 5 },
  );
  const again = await admin.call('token.revoke', { token: id });
  expect(again.revokedAt).toBe(revoked.revokedAt);
});

test('a stream ends when the token that opened it is revoked, and when it expires', async () => {
  const plane = await guardedPlane();
  const { tenant, admin, url } = plane;
  const opened = async (expiresInSeconds: number) => {
    const { id, secret } = await admin.call('token.create', { tenant, role: 'viewer', expiresInSeconds });
    const open = async () => {
      const answer = await fetch(`${url}/v1/tenants/${tenant}/executions/watch`, {
        headers: { authorization: `Bearer ${secret}` },
      });
      expect(answer.status).toBe(200);
      return answer;
    };
    return { id, ended: (await vi.waitFor(open)).text() };
  };
  const { id, ended } = await opened(60);
  await admin.call('token.revoke', { token: id });
  expect(await ended).toContain(': connected');
  expect(await (await opened(1)).ended).toContain(': connected');
});

test('a token counts from the answer that tells it, and no longer from the one that says it is revoked', async () => {
  const plane = await guardedPlane();
  const { tenant, admin } = plane;
  for (let round = 0; round < 20; round += 1) {
    const { id, secret } = await admin.call('token.create', { tenant, role: 'viewer' });
    await as(plane, secret).call('package.list', { tenant });
    await admin.call('token.revoke', { token: id });
    await expect(as(plane, secret).call('package.list', { tenant })).rejects.toMatchObject({ code: 'unauthenticated' });
  }
});

test('it is known when a token was last used', async () => {
  const plane = await guardedPlane();
  const { tenant, admin } = plane;
  const { id, secret } = await admin.call('token.create', { tenant, role: 'viewer' });
  const lastUse = async () =>
    (await admin.call('token.list', { tenant })).items.find((token) => token.id === id)?.lastUsedAt;
  expect(await lastUse()).toBeUndefined();
  await as(plane, secret).call('package.list', { tenant });
  await vi.waitFor(async () => expect(Date.parse((await lastUse()) ?? '')).toBeGreaterThan(Date.now() - 60_000));
});

test('an owner gives and takes access in its tenant only, and to no admin', async () => {
  const plane = await guardedPlane();
  const { tenant, other, admin } = plane;
  const owner = as(plane, await plane.tokenOf('owner'));
  const made = await owner.call('token.create', { tenant, role: 'owner' });
  const foreign = await admin.call('token.create', { tenant: other, role: 'viewer' });
  const give = (role: TokenRole, of?: string) => owner.call('token.create', { role, ...(of && { tenant: of }) });
  await expect(give('admin')).rejects.toMatchObject({ code: 'denied' });
  await expect(give('admin', tenant)).rejects.toMatchObject({ code: 'invalid' });
  await expect(give('viewer', other)).rejects.toMatchObject({ code: 'denied' });
  const refusals = [foreign.id, '000000000000'].map((token) =>
    owner.call('token.revoke', { token, tenant }).catch((error: Error) => error.message.replace(token, 'ID')),
  );
  const [existing, missing] = await Promise.all(refusals);
  expect(existing).toBe(missing);
  await expect(owner.call('token.list', {})).rejects.toMatchObject({ code: 'denied' });
  const { items } = await owner.call('token.list', { tenant });
  expect(items.map(({ id }) => id)).toContain(made.id);
  expect(new Set(items.map((token) => token.tenant))).toEqual(new Set([tenant]));
  await owner.call('token.revoke', { token: made.id, tenant });
});

test(
  'a tenant is made, looked at, refused twice, and removed with its tokens once it has no package',
  { timeout: 60_000 },
  async () => {
    const plane = await guardedPlane();
    const { tenant, admin, nats } = plane;
    await expect(admin.call('tenant.create', { tenant })).rejects.toMatchObject({ code: 'conflict' });
    await expect(admin.call('token.create', { tenant: 'nobody', role: 'owner' })).rejects.toMatchObject({
      code: 'not-found',
    });
    const owner = await plane.tokenOf('owner');
    await deployEcho(admin, tenant);
    expect(await admin.call('tenant.get', { tenant })).toMatchObject({ id: tenant, packages: 1, tokens: 1 });
    await nats.js.publish(`jobico.deadletter.${tenant}.default.shop-happened`, '{}');
    await nats.js.publish(`jobico.execution.${tenant}.shop.work.ok.default.1`, '{}');
    for (const key of [`definitions.${tenant}.pause.queue.default`, `secrets.${tenant}.TAX_KEY`, `limits.${tenant}`]) {
      await nats.js.publish(`$KV.${key}`, '{}');
    }
    await expect(admin.call('tenant.delete', { tenant })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('shop') as string,
    });
    await admin.call('package.undeploy', { tenant, package: 'shop' });
    await vi.waitFor(() => admin.call('tenant.delete', { tenant }));
    await expect(admin.call('tenant.get', { tenant })).rejects.toMatchObject({ code: 'not-found' });
    await vi.waitFor(() =>
      expect(as(plane, owner).call('tenant.list', {})).rejects.toMatchObject({ code: 'unauthenticated' }),
    );
    expect(await leftOf(plane)).toEqual([]);
  },
);

/** Subjects of every stream that name the tenant and are not the mark of something deleted. */
async function leftOf({ nats: { jsm }, tenant }: GuardedPlane): Promise<string[]> {
  const left: string[] = [];
  for await (const { config } of jsm.streams.list()) {
    const { state } = await jsm.streams.info(config.name, { subjects_filter: '>' });
    for (const subject of Object.keys(state.subjects ?? {})) {
      if (!subject.includes(`.${tenant}`)) continue;
      const message = await jsm.streams.getMessage(config.name, { last_by_subj: subject });
      if (!message?.header.get('KV-Operation')) left.push(subject);
    }
  }
  return left;
}

const start = async (natsUrl: string, adminToken?: string) => {
  const log = createSilentLogger();
  const ctl = await startCtl({ natsUrl, log, port: 0, auth: 'tokens', adminToken });
  onTestFinished(() => ctl.stop());
  return ctl;
};

test("the installation's admin token works, another one takes its place, and a weak one is refused", async () => {
  const [first, second] = [generateToken(), generateToken()];
  const nats = await ownNats();
  const { url } = await start(nats, first);
  const list = (token: string) => createClient({ url, token }).call('tenant.list', {});
  await list(first);
  await start(nats, first);
  await list(first);
  await start(nats, second);
  await vi.waitFor(() => list(second));
  await vi.waitFor(() => expect(list(first)).rejects.toMatchObject({ code: 'unauthenticated' }));
  await expect(start(nats, first)).rejects.toMatchObject({ code: 'config-invalid' });
  await expect(start(nats, 'jbc_short')).rejects.toMatchObject({
    code: 'config-invalid',
    hint: expect.stringContaining('openssl') as string,
  });
});

test('the first start makes an admin, whose token is shown once', async () => {
  const nats = await ownNats();
  const { url, adminToken = '' } = await start(nats);
  await createClient({ url, token: adminToken }).call('node.list', {});
  const again = await start(nats);
  expect(again.adminToken).toBeUndefined();
  await createClient({ url: again.url, token: adminToken }).call('node.list', {});
});

test('an open platform answers requests to this machine only: a rebound name of a web page is refused', async () => {
  const { url } = await controlPlane();
  const { port } = new URL(url);
  const { request } = await import('node:http');
  const statusFor = (host: string) =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: '/v1/tenants', headers: { host } }, (answer) => {
        resolve(answer.resume().statusCode);
      });
      asked.once('error', reject).end();
    });
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:1', '[::1]:8090', 'LOCALHOST']) {
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  }
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
    expect([host, await statusFor(host)]).toEqual([host, 403]);
  }
});

test('what has long expired is forgotten when the next token is made', async () => {
  const { admin, tenant, nats } = await guardedPlane();
  const store = await createTokenStore(nats);
  const old = await store.add(generateToken(), {
    role: 'viewer',
    tenant,
    expiresAt: new Date(Date.now() - 31 * 86_400_000),
  });
  await admin.call('token.create', { tenant, role: 'viewer' });
  expect(await store.get(old.id)).toBeUndefined();
});
