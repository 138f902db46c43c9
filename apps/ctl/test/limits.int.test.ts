import type { OperationInput } from '@jobico/contract';
import { expect, test, vi } from 'vitest';
import { controlPlane } from './support/control-plane.ts';
import { deployEcho } from './support/deploy-echo.ts';
import { ownNats } from './support/own-nats.ts';

/** A tenant whose event can be sent through the control plane, under limits. */
async function limited(limits: Omit<OperationInput<'tenant.limits.set'>, 'tenant'>) {
  // A request over NATS must not reach another control plane, where the tenant owes nothing.
  const { client, tenant, url, nats } = await controlPlane({ natsUrl: await ownNats() });
  await deployEcho(client, tenant);
  await client.call('tenant.limits.set', { tenant, ...limits });
  const send = async (...data: unknown[]) => {
    const response = await fetch(`${url}/v1/tenants/${tenant}/events/shop-happened`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data }),
    });
    const { code, details } = (await response.json()) as { code?: string; details?: object };
    return { status: response.status, retryAfter: response.headers.get('retry-after'), code, details };
  };
  const stored = async () => (await nats.jsm.streams.info(`QUEUE_${tenant}_default`)).state.messages;
  return { client, tenant, nats, send, stored };
}

test('event.send is refused beyond the rate of the tenant, with when to try again, and nothing of it is stored', async () => {
  const { send, stored, nats, tenant } = await limited({ eventsPerSecond: 1 });
  // The limit is live once this much is owed.
  await vi.waitFor(async () => {
    await send(...Array.from({ length: 50 }, () => 1));
    expect(await send(1)).toMatchObject({ status: 429 });
  });
  const before = await stored();
  const refusal = await send(1, 2);
  expect(refusal).toMatchObject({ status: 429, code: 'limit-exceeded', details: { limit: 'eventsPerSecond' } });
  expect(Number(refusal.retryAfter)).toBeGreaterThan(10);
  const request = JSON.stringify({ tenant, event: 'shop-happened', data: [1] });
  const answer = await nats.nc.request('jobico.ctl.event.send', request, { timeout: 20_000 });
  expect(answer.json()).toMatchObject({ status: 429, code: 'limit-exceeded' });
  expect(await stored()).toBe(before);
});

test('event.send is refused for a payload that is too large, and while too many events wait', async () => {
  const { send, stored, client, tenant } = await limited({ eventBytes: 10 });
  await expect.poll(() => send('x'.repeat(20))).toMatchObject({ status: 413, details: { limit: 'eventBytes' } });
  await client.call('tenant.limits.set', { tenant, eventBytes: null, pendingEvents: 2 });
  // No executor takes them.
  await expect.poll(() => send(1)).toMatchObject({ status: 429, details: { limit: 'pendingEvents', allowed: 2 } });
  const before = await stored();
  expect((await send(1)).status).toBe(429);
  expect(await stored()).toBe(before);
});
