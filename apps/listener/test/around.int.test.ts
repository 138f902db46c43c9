import { createSilentLogger } from '@jobico/telemetry';
import { expect, test, vi } from 'vitest';
import { front } from './support/front.ts';

const ORIGIN = 'https://shop.example';

test('a page of another origin may not send from a browser unless it is configured', async () => {
  const { listener, tenant } = await front();
  const preflight = await fetch(`${listener.url}/events/${tenant}/placed`, {
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null]);
});

test('a page of a configured origin may, and no other', async () => {
  const { listener, tenant, declare } = await front({ corsOrigins: [ORIGIN] });
  await declare({ placed: undefined });
  const url = `${listener.url}/events/${tenant}/placed`;
  const ask = (origin: string) =>
    fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  const allowed = await ask(ORIGIN);
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  const other = await ask('https://other.example');
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  const headers = { origin: ORIGIN, 'content-type': 'application/json' };
  const sent = await fetch(url, { method: 'POST', headers, body: '{"data":[1]}' });
  expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([202, ORIGIN]);
});

test('the access log has a line for each request, with its status and without its body or query', async () => {
  const log = createSilentLogger();
  const lines: object[] = [];
  vi.spyOn(log, 'child').mockReturnValue(log as never);
  vi.spyOn(log, 'info').mockImplementation((...args: unknown[]) => void lines.push(args[0] as object));
  const { post, declare, tenant } = await front({ log, accessLog: 'all' });
  await declare({ placed: undefined });
  await post('placed?token=hidden', { data: ['private-words'] });
  await post('unknown', { data: ['private-words'] });
  const answered = await vi.waitFor(() => {
    const found = lines.filter((line) => 'status' in line);
    expect(found).toHaveLength(2);
    return found;
  });
  expect(answered).toMatchObject([
    { method: 'POST', path: `/events/${tenant}/placed`, status: 202 },
    { method: 'POST', path: `/events/${tenant}/unknown`, status: 404 },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/private-words|hidden/);
});

test('/openapi.json describes every address with each of its statuses', async () => {
  const { listener } = await front();
  const document = (await (await fetch(`${listener.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { responses: object }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(['/events/{tenant}/{event}', '/webhooks/{tenant}/{event}', '/health']);
  const statuses = Object.keys(document.paths['/events/{tenant}/{event}']?.post?.responses ?? {});
  expect(statuses).toEqual(
    expect.arrayContaining(['200', '202', '400', '404', '408', '409', '413', '415', '422', '429', '503']),
  );
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(text).toContain(`"${name}":{`);
});
