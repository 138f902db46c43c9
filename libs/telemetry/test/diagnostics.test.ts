import { request } from 'node:http';
import { openDiagnostics } from '@jobico/telemetry';
import { expect, test } from 'vitest';

test('a profile and a snapshot of the heap are to be had on loopback', { timeout: 60_000 }, async () => {
  await using diagnostics = await openDiagnostics(0);
  expect(diagnostics.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const profile = (await (await fetch(`${diagnostics.url}/profile?seconds=0.05`)).json()) as { nodes: unknown[] };
  expect(profile.nodes.length).toBeGreaterThan(0);
  const heap = await (await fetch(`${diagnostics.url}/heap`)).text();
  expect(heap.slice(0, 20)).toContain('"snapshot"');
  expect((await fetch(`${diagnostics.url}/profile?seconds=999`)).status).toBe(400);
});

test('a page in a browser of this machine gets nothing', async () => {
  await using diagnostics = await openDiagnostics(0);
  const statusOf = async (headers: Record<string, string>) =>
    await new Promise((resolve, reject) => {
      request(`${diagnostics.url}/heap`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await statusOf({ origin: 'http://localhost' })).toBe(403);
  expect(await statusOf({ host: 'rebound.example' })).toBe(403);
});
