import { connect } from 'node:net';
import { startNatsServer } from '@jobico/nats-server';
import { createSilentLogger } from '@jobico/telemetry';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startCtl } from '../src/index.ts';
import { controlPlane } from './support/control-plane.ts';

async function ask(
  url: string,
  init: RequestInit = {},
): Promise<{ status: number; type: string | null; body: unknown }> {
  const response = await fetch(url, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

const json = (body: string): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

test('bad requests are problems that say what is wrong, and stop nothing', async () => {
  const { url, tenant } = await controlPlane();
  const events = `${url}/v1/tenants/${tenant}/events/order-placed`;
  const problem = expect.stringContaining('application/problem+json') as string;
  expect(await ask(events, json('{"data":'))).toMatchObject({ status: 400, type: problem, body: { code: 'not-json' } });
  expect(await ask(events, json('[]'))).toMatchObject({ status: 422, body: { code: 'invalid' } });
  expect(await ask(events, json('{"data":[]}'))).toMatchObject({ status: 422, body: { errors: [{ path: '/data' }] } });
  expect(await ask(events, json('{"data":[1],"tenant":"other"}'))).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/tenant' }] },
  });
  expect(await ask(events, { method: 'POST', body: 'x=1', headers: { 'content-type': 'text/plain' } })).toMatchObject({
    status: 415,
    body: { code: 'unsupported-media-type' },
  });
  expect(
    await ask(`${url}/v1/tenants/${tenant}/packages`, json(`{"definition":"${'x'.repeat(2 << 20)}"}`)),
  ).toMatchObject({ status: 413, body: { code: 'too-large' } });
  expect(await ask(`${url}/v1/tenants/UPPER/packages`)).toMatchObject({
    status: 400,
    body: { code: 'bad-request', errors: [{ path: '/tenant' }] },
  });
  expect(await ask(`${url}/v1/tenants/${tenant}/executions?limit=9999`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/limit' }] },
  });
  expect(await ask(`${url}/v1/tenants/${tenant}/executions?statsu=ok`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/statsu', suggestion: 'status' }] },
  });
  expect(await ask(`${url}/v1/nothing`)).toMatchObject({ status: 404, type: problem, body: { code: 'not-found' } });
  expect(await ask(`${url}/health`)).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('JSON nested as deep as a body allows is refused like any other, not a failure', async () => {
  const { url, tenant } = await controlPlane();
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  const answer = await ask(`${url}/v1/tenants/${tenant}/packages`, json(`{"definition":{"jobs":${deep}}}`));
  expect(answer).toMatchObject({ status: 422, body: { code: 'package-invalid' } });
});

test('what is no HTTP at all is answered with a refusal, and stops nothing', async () => {
  const { url } = await controlPlane();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk))).end('\u0000\u0001 nonsense\r\n\r\n');
  await vi.waitFor(() => expect(text).toContain('400'));
  expect(await ask(`${url}/health`)).toMatchObject({ status: 200 });
});

test('a client that watches does not hold up a stop, and sees the end of its stream', async () => {
  const ctl = await startCtl({ natsUrl: inject('natsUrl'), log: createSilentLogger(), port: 0 });
  const response = await fetch(`${ctl.url}/v1/tenants/acme/executions/watch`);
  const text = response.text();
  await ctl.stop();
  expect(await text).toContain(': connected');
});

test('a port in use is said so', async () => {
  const { url } = await controlPlane();
  const port = Number(new URL(url).port);
  const again = startCtl({ natsUrl: inject('natsUrl'), log: createSilentLogger(), port });
  await expect(again).rejects.toMatchObject({
    code: 'port-in-use',
    hint: expect.stringContaining('--ctl-port') as string,
  });
});

test(
  '/health is 500 while NATS is away and 200 again when it is back, without a restart',
  { timeout: 40_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'jobico-ctl-'));
    const binary = inject('natsServerBinary');
    const nats = await startNatsServer({ binary, dataDir });
    const ctl = await startCtl({ natsUrl: nats.url, log: createSilentLogger(), port: 0 });
    onTestFinished(async () => {
      await ctl.stop();
      await rm(dataDir, { recursive: true });
    });
    expect(await ask(`${ctl.url}/health`)).toMatchObject({ status: 200 });
    await nats.stop();
    await vi.waitFor(async () => expect(await ask(`${ctl.url}/health`)).toMatchObject({ status: 500 }), 10_000);
    expect(await ask(`${ctl.url}/v1/tenants`)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    const back = await startNatsServer({ binary, dataDir, port: nats.port });
    onTestFinished(() => back.stop());
    await vi.waitFor(async () => expect(await ask(`${ctl.url}/health`)).toMatchObject({ status: 200 }), 10_000);
    expect(await ask(`${ctl.url}/v1/tenants`)).toMatchObject({ status: 200 });
  },
);
