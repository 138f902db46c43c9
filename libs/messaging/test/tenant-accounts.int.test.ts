import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { queueOf } from '@jobico/contract';
import {
  connectNats,
  createTenantStore,
  createTokenStore,
  deleteQueue,
  ensureQueue,
  ensureStreams,
  eventSubject,
  openTenantAccounts,
  openTenantKv,
  type Nats,
  type TenantAccounts,
  type TokenStore,
} from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { jetstream } from '@nats-io/jetstream';
import { connect, credsAuthenticator, headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startOperatorNats, type OperatorNats } from '../../../test/support/operator-nats.ts';

type TenantRole = 'producer' | 'viewer';

const log = createSilentLogger();
const ends: (() => Promise<unknown>)[] = [];
let server: OperatorNats;
let app: Nats;
let accounts: TenantAccounts;
let tokens: TokenStore;

/** Two tenants, each with a queue, a KV bucket, a file, a record. */
const TENANTS = ['acme', 'beta'];
const queue = queueOf({ id: 'default', ordering: 'none' });

beforeAll(async () => {
  server = await startOperatorNats(inject('natsServerBinary'), (end) => void ends.push(end));
  app = await connectNats({ url: server.url, creds: server.file('creds/ctl.creds'), name: 'test', log });
  ends.push(() => app.close());
  await ensureStreams(app);
  const tenants = await createTenantStore(app);
  tokens = await createTokenStore(app);
  accounts = await openTenantAccounts({
    natsUrl: server.url,
    operatorFile: server.file('operator.json'),
    tenants,
    tokens,
    log,
  });
  ends.push(() => accounts.close());
  for (const tenant of TENANTS) {
    await tenants.ensure(tenant);
    await ensureQueue(app, tenant, queue, ['happened']);
    const kv = await openTenantKv(app, tenant);
    await kv.set('prices', 'secret', Buffer.from('of the tenant'), { kind: 'always' });
  }
}, 60_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

interface Session {
  nc: NatsConnection;
  /** What the server has refused. */
  violations: string[];
  id: string;
}

async function session(tenant: string, role: TenantRole, expiresAt = new Date(Date.now() + 600_000)): Promise<Session> {
  const about = { role, tenant, expiresAt };
  const { publicKey, creds } = await accounts.createUser(about);
  const { id } = await tokens.addUser(publicKey, about);
  return { id, ...(await connectWith(creds)) };
}

async function connectWith(creds: string): Promise<Omit<Session, 'id'>> {
  const nc = await connect({
    servers: server.url,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    reconnect: false,
    timeout: 5000,
  });
  onTestFinished(() => nc.close());
  const violations: string[] = [];
  void (async () => {
    for await (const status of nc.status()) if (status.type === 'error') violations.push(String(status.error));
  })();
  return { nc, violations };
}

/** What the platform holds, as text: whatever a tenant does, it stays the same. */
async function fingerprintOfAll(): Promise<string> {
  const hash = createHash('sha256');
  for await (const { config, state } of app.jsm.streams.list()) {
    if (config.name === 'KV_tokens' || config.name === 'KV_tenants') continue;
    hash.update(JSON.stringify([config, state.last_seq, state.messages, state.bytes, state.consumer_count]));
  }
  return hash.digest('hex');
}

test("a producer's own credentials store its events, and the answer says so", async () => {
  const { nc } = await session('acme', 'producer');
  const before = (await app.jsm.streams.info('QUEUE_acme_default')).state.messages;
  const ack = await jetstream(nc).publish(eventSubject('acme', 'happened'), '{"n":1}', { msgID: 'e-1' });
  expect(ack.stream).toBe('QUEUE_acme_default');
  nc.publish('jobico.event.acme.happened', '{"n":2}');
  await nc.flush();
  await vi.waitFor(async () => {
    expect((await app.jsm.streams.info('QUEUE_acme_default')).state.messages).toBe(before + 2);
  });
});

test("a viewer's own credentials see the executions of its tenant, as they end, and no other's", async () => {
  const { nc } = await session('acme', 'viewer');
  const seen: string[] = [];
  nc.subscribe('jobico.execution.acme.>', { callback: (_error, message) => void seen.push(message.subject) });
  await nc.flush();
  for (const tenant of ['beta', 'acme']) {
    await app.js.publish(`jobico.execution.${tenant}.shop.work.ok.default.1`, '{}');
  }
  await vi.waitFor(() => expect(seen).toEqual(['jobico.execution.acme.shop.work.ok.default.1']));
});

/** Everything that a tenant could want to reach, by subject. */
const TARGETS = {
  "another tenant's events": ['jobico.event.beta.happened', 'jobico.event.beta.happened.key'],
  'events of all': ['jobico.event.*.happened', 'jobico.event.>'],
  'what the platform writes': [
    'jobico.execution.acme.shop.work.ok.default.1',
    'jobico.execution.beta.shop.work.ok.default.1',
    'jobico.log.acme.shop.work',
    'jobico.inputs.acme.0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
    'jobico.inputs.>',
    'jobico.deadletter.acme.default.happened',
    'jobico.parked.acme.default.0.x',
    'jobico.queue.acme.default',
  ],
  'the control plane': ['jobico.ctl.tenant.list', 'jobico.ctl.package.deploy', '$SRV.INFO', '$SRV.PING.jobico-ctl'],
  'the stream API': [
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.LIST',
    '$JS.API.STREAM.INFO.QUEUE_acme_default',
    '$JS.API.STREAM.INFO.QUEUE_beta_default',
    '$JS.API.STREAM.CREATE.MINE',
    '$JS.API.STREAM.UPDATE.QUEUE_beta_default',
    '$JS.API.STREAM.DELETE.QUEUE_beta_default',
    '$JS.API.STREAM.PURGE.QUEUE_beta_default',
    '$JS.API.STREAM.MSG.GET.QUEUE_beta_default',
    '$JS.API.STREAM.MSG.DELETE.QUEUE_beta_default',
    '$JS.API.DIRECT.GET.KV_definitions',
    '$JS.API.DIRECT.GET.EXECUTIONS.jobico.execution.beta.shop.work.ok.default.1',
  ],
  'the consumer API': [
    '$JS.API.CONSUMER.CREATE.QUEUE_beta_default.mine',
    '$JS.API.CONSUMER.CREATE.QUEUE_acme_default',
    '$JS.API.CONSUMER.LIST.QUEUE_acme_default',
    '$JS.API.CONSUMER.INFO.QUEUE_acme_default.executor',
    '$JS.API.CONSUMER.MSG.NEXT.QUEUE_acme_default.executor',
    '$JS.API.CONSUMER.DELETE.QUEUE_acme_default.executor',
    '$JS.API.CONSUMER.UNPIN.QUEUE_acme_default.executor',
    '$JS.ACK.QUEUE_acme_default.executor.1.1.1.1.1',
    '$JS.FC.x',
  ],
  'KV keys': [
    '$KV.definitions.acme.package.shop',
    '$KV.definitions.beta.package.shop',
    '$KV.tokens.0123456789ab',
    '$KV.token_use.0123456789ab',
    '$KV.tenants.acme',
    '$KV.nodes.ctl.x',
    '$KV.kv_acme.prices.secret',
    '$KV.kv_beta.prices.secret',
  ],
  objects: ['$O.files.M.x', '$O.files.C.x', '$O.artifacts.M.x', '$O.artifacts.C.x'],
  'the server': [
    '$SYS.REQ.CLAIMS.UPDATE',
    '$SYS.REQ.CLAIMS.LIST',
    '$SYS.REQ.SERVER.PING',
    '$SYS.REQ.ACCOUNT.PING.CONNZ',
    '$SYS.REQ.USER.INFO',
    '$SYS.ACCOUNT.x.CONNECT',
  ],
} as const;

describe.each(['producer', 'viewer'] as const)("a %s's credentials", (role) => {
  test.each(Object.entries(TARGETS))('publish nothing to %s', async (_name, subjects) => {
    const { nc, violations } = await session('acme', role);
    const before = await fingerprintOfAll();
    for (const subject of subjects) {
      nc.publish(subject, '{}', { reply: '_INBOX.x' });
      await nc.flush();
    }
    await vi.waitFor(() => expect(violations.length).toBe(subjects.length));
    for (const [index, subject] of subjects.entries()) {
      expect(violations[index]?.toLowerCase()).toContain(
        `permissions violation for publish to "${subject.toLowerCase()}"`,
      );
    }
    expect(await fingerprintOfAll()).toBe(before);
  });

  test.each(Object.entries(TARGETS))('see nothing of %s', async (_name, subjects) => {
    const { nc } = await session('acme', role);
    const seen: string[] = [];
    const own = role === 'viewer' ? 'jobico.execution.acme.' : undefined;
    for (const subject of [...subjects, '>', 'jobico.>', '$KV.>', '$JS.>', '_INBOX.*.*']) {
      if (own !== undefined && subject.startsWith(own)) continue;
      nc.subscribe(subject, { callback: (error, message) => void (error ?? seen.push(message.subject)) });
    }
    await nc.flush().catch(() => undefined);
    for (const subject of subjects.filter((each) => each.startsWith('jobico.e') && !/[*>]/.test(each))) {
      if (!subject.startsWith(own ?? '-')) app.nc.publish(subject, '{}');
    }
    await app.js.publish('jobico.event.acme.happened', '{}');
    await app.js.publish('jobico.event.beta.happened', '{}');
    await app.nc.flush();
    await nc.flush().catch(() => undefined);
    expect(seen).toEqual([]);
  });

  test('ask the control plane nothing, with or without a token', async () => {
    const { nc } = await session('acme', role);
    const fields = headers();
    fields.set('Jobico-Token', 'jbc_x');
    const ask = nc.request('jobico.ctl.tenant.list', '{}', { timeout: 500, headers: fields });
    await expect(ask).rejects.toThrow(/permission|timeout|no responders/i);
  });
});

test('a reply subject carries nothing to where a producer may not publish', async () => {
  const { nc } = await session('acme', 'producer');
  const before = (await app.jsm.streams.info('QUEUE_beta_default')).state.last_seq;
  const replies = [
    'jobico.event.beta.happened',
    '$KV.definitions.beta.package.shop',
    '$KV.kv_beta.prices.secret',
    'jobico.execution.beta.shop.work.ok.default.9',
    '$JS.API.STREAM.DELETE.QUEUE_beta_default',
    '$SYS.REQ.CLAIMS.UPDATE',
  ];
  const all = await fingerprintOfAllBut('QUEUE_acme_default');
  for (const reply of replies) nc.publish('jobico.event.acme.happened', '{"stolen":true}', { reply });
  await nc.flush();
  const last = await app.js.publish('jobico.event.acme.happened', '{}');
  expect(last.seq).toBeGreaterThanOrEqual(replies.length);
  expect((await app.jsm.streams.info('QUEUE_beta_default')).state.last_seq).toBe(before);
  expect(await fingerprintOfAllBut('QUEUE_acme_default')).toEqual(all);
});

/** Last sequence of every stream that is there. */
async function fingerprintOfAllBut(name: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { config, state } of app.jsm.streams.list()) {
    if (config.name !== name && !/KV_(tokens|tenants)/.test(config.name)) found[config.name] = state.last_seq;
  }
  return found;
}

test('revoking cuts the connection, and the credentials open no other', async () => {
  const about = { role: 'producer', tenant: 'acme', expiresAt: new Date(Date.now() + 60_000) } as const;
  const { publicKey, creds } = await accounts.createUser(about);
  const record = await tokens.addUser(publicKey, about);
  const { nc } = await connectWith(creds);
  const other = await session('acme', 'producer');
  await jetstream(nc).publish('jobico.event.acme.happened', '{}');
  await tokens.revoke(record);
  await accounts.push('acme');
  await expect(Promise.race([nc.closed().then(() => 'closed'), afterMs(1000)])).resolves.toBe('closed');
  await expect(connectWith(creds)).rejects.toThrow(/authorization/i);
  expect(other.nc.isClosed()).toBe(false);
});

test('credentials that have expired open nothing, and a connection ends when they do', async () => {
  const { nc } = await session('acme', 'producer', new Date(Date.now() + 2000));
  await expect(Promise.race([nc.closed().then(() => 'closed'), afterMs(5000)])).resolves.toBe('closed');
  const { creds } = await accounts.createUser({
    role: 'viewer',
    tenant: 'acme',
    expiresAt: new Date(Date.now() - 2000),
  });
  await expect(connectWith(creds)).rejects.toThrow(/authorization|expired/i);
});

test("a tenant's account goes with its connections", async () => {
  const tenants = await createTenantStore(app);
  await tenants.ensure('gamma');
  await ensureQueue(app, 'gamma', queue, ['happened']);
  const { nc } = await session('gamma', 'producer');
  await jetstream(nc).publish('jobico.event.gamma.happened', '{}');
  await accounts.remove('gamma');
  await expect(Promise.race([nc.closed().then(() => 'closed'), afterMs(2000)])).resolves.toBe('closed');
  await deleteQueue(app, 'gamma', 'default');
});

test.each(['listener', 'executor'])("the %s's credentials write nothing that is ctl's alone", async (module) => {
  const { nc, violations } = await connectWith(await readFile(server.file(`creds/${module}.creds`), 'utf8'));
  const subjects = [
    '$KV.definitions.acme.package.shop',
    '$KV.tenants.acme',
    '$KV.tokens.0123456789ab',
    '$O.files.M.x',
    '$JS.API.STREAM.DELETE.EXECUTIONS',
    'jobico.ctl.tenant.list',
    ...(module === 'listener' ? ['jobico.execution.acme.shop.work.ok.default.1', '$JS.API.STREAM.PURGE.PARKED'] : []),
  ];
  const before = await fingerprintOfAll();
  for (const subject of subjects) nc.publish(subject, '{}');
  await nc.flush();
  await vi.waitFor(() => expect(violations.length).toBe(subjects.length));
  expect(await fingerprintOfAll()).toBe(before);
});

test('without credentials nobody is let in', async () => {
  await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/authorization/i);
  const nobody = connectNats({ url: server.url, name: 'test', log });
  await expect(nobody).rejects.toMatchObject({ code: 'denied', hint: expect.stringContaining('creds') as string });
});

async function afterMs(ms: number): Promise<string> {
  return await new Promise((resolve) => {
    setTimeout(resolve, ms, 'still open').unref();
  });
}
