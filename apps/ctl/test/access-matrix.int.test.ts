import { requestOf } from '@jobico/client';
import {
  isAllowed,
  OPERATION_NAMES,
  operations,
  TOKEN_ROLES,
  type Operation,
  type OperationName,
  type Problem,
  type TokenRole,
} from '@jobico/contract';
import { generateToken } from '@jobico/messaging';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployEcho } from './support/deploy-echo.ts';
import { guardedPlane, type GuardedPlane } from './support/credentials.ts';

/** Every row of the table, whichever are in it: one that is added is tried too. */
const rows = OPERATION_NAMES.map((name): [OperationName, Operation] => [name, operations[name]]);
const takesTenant = (row: Operation) => 'tenant' in row.input.properties;

/** What a denied caller may send: of the input only the tenant is looked at, and the path has to be one. */
function inputFor(row: Operation, tenant: string): Record<string, unknown> {
  const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, field]) => [field, 'x']);
  return { ...Object.fromEntries(inPath), ...(takesTenant(row) && { tenant }) };
}

interface Answer {
  status: number;
  body: Partial<Problem>;
}

type Ask = (name: OperationName, input: Record<string, unknown>, token?: string) => Promise<Answer>;

const ends: (() => Promise<void>)[] = [];
let plane: GuardedPlane;
let tokens: Record<TokenRole, string>;
let ofOther: Record<TokenRole, string>;

const overHttp: Ask = async (name, input, token) => {
  const { method, target, body } = requestOf(name, input as never);
  const response = await fetch(new URL(target, plane.url), {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};

const overNats: Ask = async (name, input, token) => {
  const { headers } = await import('@nats-io/transport-node');
  const fields = headers();
  if (token !== undefined) fields.set('Jobico-Token', token);
  const options = { timeout: 20_000, headers: fields };
  const answer = await plane.nats.nc.request(`jobico.ctl.${name}`, JSON.stringify(input), options);
  const body = answer.json<Answer['body']>();
  return { status: body.status ?? 200, body };
};

/** Streams have no endpoint on NATS: one subscribes to their subjects, which the server's accounts guard. */
const transports: [string, Ask, (row: Operation) => boolean][] = [
  ['HTTP', overHttp, () => true],
  ['NATS', overNats, (row) => row.isStream !== true],
];

beforeAll(async () => {
  plane = await guardedPlane((end) => void ends.push(end));
  const all = async (of: string) =>
    Object.fromEntries(
      await Promise.all(TOKEN_ROLES.map(async (role) => [role, await plane.tokenOf(role, of)])),
    ) as Record<TokenRole, string>;
  tokens = await all(plane.tenant);
  ofOther = await all(plane.other);
  await deployEcho(plane.admin, plane.tenant);
}, 60_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

describe.each(transports)('over %s', (_transport, ask, has) => {
  const own = rows.filter(([, row]) => has(row));

  test.each(own)(
    '%s: no token, an unknown, a malformed, a revoked and an expired one are all the same 401',
    async (name, row) => {
      const { tenant, revoked, expired } = plane;
      const input = inputFor(row, tenant);
      const [none, ...others] = await Promise.all(
        [undefined, generateToken(), 'jbc_', 'x', revoked, expired].map((token) => ask(name, input, token)),
      );
      expect(none).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      for (const each of others) expect(each).toEqual(none);
    },
  );

  test.each(own.filter(([, row]) => row.role !== 'anyone'))(
    '%s: a role that does not include its own is the same 403 for what exists and what does not',
    async (name, row) => {
      const { tenant } = plane;
      const wrong = TOKEN_ROLES.filter((role) => !isAllowed({ role, tenant }, row.role, tenant));
      for (const role of wrong) {
        const answer = await ask(name, inputFor(row, tenant), tokens[role]);
        expect([role, answer]).toMatchObject([role, { status: 403, body: { code: 'denied' } }]);
      }
    },
  );

  test.each(own.filter(([, row]) => takesTenant(row)))(
    '%s: every role of another tenant is the same 403, whether the tenant exists or not',
    async (name, row) => {
      for (const role of TOKEN_ROLES.filter((each) => each !== 'admin')) {
        const existing = await ask(name, inputFor(row, plane.tenant), ofOther[role]);
        expect([role, existing]).toMatchObject([role, { status: 403, body: { code: 'denied' } }]);
        const missing = await ask(name, inputFor(row, 'no-such-tenant'), ofOther[role]);
        expect([role, missing]).toEqual([role, existing]);
        expect(JSON.stringify(existing)).not.toContain(plane.tenant);
      }
    },
  );

  test.each(own)(
    '%s: the roles that include its own are let through, and only what they send is judged',
    async (name, row) => {
      const { tenant } = plane;
      const right = TOKEN_ROLES.filter((role) =>
        isAllowed({ role, tenant }, row.role, takesTenant(row) ? tenant : undefined),
      );
      expect(right.length).toBeGreaterThan(0);
      for (const role of right) {
        const answer = await ask(name, { ...inputFor(row, tenant), 'no-such-field': '1' }, tokens[role]);
        expect([role, answer.body.code]).toEqual([role, expect.stringMatching(/^(bad-request|invalid)$/)]);
      }
    },
  );
});

test('things of another tenant are denied alike, whether they exist or not', async () => {
  const { tenant } = plane;
  const pairs: [OperationName, object, object][] = [
    ['package.get', { package: 'shop' }, { package: 'no-such' }],
    ['package.versions', { package: 'shop' }, { package: 'no-such' }],
    ['package.undeploy', { package: 'shop' }, { package: 'no-such' }],
    ['event.send', { event: 'shop-happened', data: [1] }, { event: 'no-such', data: [1] }],
  ];
  for (const ask of [overHttp, overNats]) {
    for (const [name, existing, missing] of pairs) {
      const first = await ask(name, { tenant, ...existing }, ofOther.owner);
      expect(first).toMatchObject({ status: 403 });
      expect(await ask(name, { tenant, ...missing }, ofOther.owner)).toEqual(first);
    }
  }
});

test("what is another tenant's is not there under one's own name", async () => {
  const { tenant, other, nats } = plane;
  const id = '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f';
  const record = JSON.stringify(executionOf(other, id));
  await nats.js.publish(`jobico.execution.${other}.shop.work.ok.default.1`, record);
  const letter = await nats.js.publish(`jobico.deadletter.${other}.default.happened`, JSON.stringify(letterOf(other)));
  const content = Buffer.from('{"type":"object"}').toString('base64');
  await plane.admin.call('file.upload', { tenant: other, kind: 'json', name: 'secret.json', content });
  const missingId = id.replace('398f', '3990');
  const pairs: [OperationName, string, string, (what: string) => object][] = [
    ['execution.get', id, missingId, (execution) => ({ execution })],
    ['execution.logs', id, missingId, (execution) => ({ execution })],
    ['execution.inputs', id, missingId, (execution) => ({ execution })],
    ['execution.cancel', id, missingId, (execution) => ({ execution })],
    ['deadletter.get', String(letter.seq), '900719925474099', (deadletter) => ({ deadletter })],
    ['deadletter.list', String(letter.seq), '900719925474099', (ids) => ({ ids })],
    ['deadletter.redrive', String(letter.seq), '900719925474099', (ids) => ({ ids })],
    ['deadletter.drop', String(letter.seq), '900719925474099', (ids) => ({ ids })],
  ];
  for (const ask of [overHttp, overNats]) {
    for (const [name, existing, missing, inputOf] of pairs) {
      const answers = [existing, missing].map(async (what) => {
        const { status, body } = await ask(name, { tenant, ...inputOf(what) }, tokens.owner);
        return { status, body: JSON.stringify(body).replaceAll(tenant, 'TENANT').replaceAll(what, 'WHAT') };
      });
      const [first, second] = await Promise.all(answers);
      expect([name, first]).toEqual([name, second]);
      expect(first?.body).not.toContain(other);
      const own = await ask(
        name,
        { tenant: other, ...inputOf(existing), ...(/redrive|drop/.test(name) && { dryRun: true }) },
        ofOther.owner,
      );
      expect([name, JSON.stringify(own.body)]).not.toEqual([name, first?.body]);
    }
    const { body } = await ask('file.list', { tenant }, tokens.owner);
    expect(JSON.stringify(body)).not.toContain('secret.json');
  }
  expect((await nats.jsm.streams.getMessage('DEADLETTERS', { seq: letter.seq }))?.subject).toContain(other);
});

test('what a job was given is for deployers, and in no answer that a viewer gets', async () => {
  const { tenant, nats } = plane;
  const id = '0193c3f2-8f7e-7cc3-98c4-dc0c0c073991';
  const record = { ...executionOf(tenant, id), inputsKept: { calls: 1 } };
  const args = { bucket: 'cards', key: 'k' };
  const calls = [
    { call: 'kv.get', args, answer: { ok: true, value: { value: { text: 'of the host alone' }, revision: '1' } } },
  ];
  await nats.js.publish(`jobico.inputs.${tenant}.${id}`, JSON.stringify({ data: '{}', calls }));
  await nats.js.publish(`jobico.execution.${tenant}.shop.work.ok.default.2`, JSON.stringify(record));
  for (const ask of [overHttp, overNats]) {
    for (const name of ['execution.get', 'execution.list', 'execution.logs', 'execution.inputs'] as const) {
      const input = name === 'execution.list' ? { tenant } : { tenant, execution: id };
      const answer = await ask(name, input, tokens.viewer);
      expect([name, answer.body.code]).toEqual([name, name === 'execution.inputs' ? 'denied' : undefined]);
      expect(JSON.stringify(answer.body)).not.toContain('of the host alone');
    }
    expect(await ask('execution.get', { tenant, execution: id }, tokens.viewer)).toMatchObject({
      body: { inputsKept: { calls: 1 } },
    });
    for (const role of ['deployer', 'owner', 'admin'] as const) {
      const answer = await ask('execution.inputs', { tenant, execution: id }, tokens[role]);
      expect([role, answer]).toMatchObject([role, { body: { execution: { id }, inputs: { calls } } }]);
    }
  }
});

test('a body that names another tenant than the path does not get past it', async () => {
  const { url, tenant, other } = plane;
  const response = await fetch(`${url}/v1/tenants/${other}/packages/validate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ofOther.owner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tenant, definition: {} }),
  });
  expect(response.status).toBe(422);
  const query = await fetch(`${url}/v1/tenants/${tenant}/packages?tenant=${other}`, {
    headers: { authorization: `Bearer ${ofOther.owner}` },
  });
  expect(query.status).toBe(403);
  const twice = await fetch(`${url}/v1/tokens?tenant=${tenant}&tenant=${other}`, {
    headers: { authorization: `Bearer ${ofOther.owner}` },
  });
  expect(twice.status).toBe(403);
});

test('a stranger is refused before its body is read', async () => {
  const body = new ReadableStream({
    // Never ends: an answer that waited for it would not come.
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
  });
  const response = await fetch(`${plane.url}/v1/tenants/${plane.tenant}/files/wasm/x`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
});

test('a list of tenants shows each caller its own', async () => {
  const { tenant, other } = plane;
  const ids = async (token: string) =>
    ((await overHttp('tenant.list', {}, token)).body as { items: { id: string }[] }).items.map(({ id }) => id);
  expect(await ids(tokens.viewer)).toEqual([tenant]);
  expect(await ids(ofOther.producer)).toEqual([other]);
  expect(await ids(tokens.admin)).toEqual(expect.arrayContaining([tenant, other]));
});

function executionOf(tenant: string, id: string) {
  const time = new Date().toISOString();
  return {
    id,
    tenant,
    package: 'shop',
    version: 1,
    job: 'work',
    attempt: 1,
    status: 'ok',
    startedAt: time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'default',
    sequence: 1,
    emitted: [],
    logs: [],
    node: 'test',
    event: { id: 'e-1', name: 'happened', time },
    usage: { memoryBytes: 0, hostCalls: 0 },
  };
}

function letterOf(tenant: string) {
  return {
    tenant,
    queue: 'default',
    time: new Date().toISOString(),
    sequence: 1,
    attempts: 1,
    package: 'shop',
    job: 'work',
    event: { id: 'e-1', name: 'happened' },
    error: { code: 'permanent', message: 'no' },
    data: {},
  };
}
