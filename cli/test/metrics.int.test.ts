import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS, type MetricSpec } from '@jobico/telemetry';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: order-placed, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

const names = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name).toSorted();

test(
  'every module tells the metrics that the table says it has, with what has happened',
  { timeout: 120_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'shop.yaml'), PACKAGE);
    await writeFile(join(folder, 'work.wasm'), await buildGuest('as-told'));
    await finish(['deploy', join(folder, 'shop.yaml')], { JOBICO_URL: urls.ctl });
    const send = async (event: string, data: unknown[]) =>
      (
        await fetch(`${urls.listener}/events/acme/${event}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ data }),
        })
      ).status;
    expect(await send('order-placed', [{}, { attempts: ['permanent'] }])).toBe(202);
    expect(await send('nothing', [{}])).toBe(404);
    const metricsOf = async (module: 'listener' | 'executor' | 'ctl') => {
      const response = await fetch(`${urls[module]}/metrics`);
      expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
      return await response.text();
    };
    await vi.waitFor(
      async () => {
        const text = await metricsOf('executor');
        expect(text).toContain('jobico_executions_total{status="ok"} 1\n');
        expect(text).toContain('jobico_executions_total{status="dead"} 1\n');
        expect(text).toContain('jobico_execution_duration_seconds_count 2\n');
        expect(text).toContain('jobico_sandboxes 1\n');
      },
      { timeout: 30_000 },
    );
    const listener = await metricsOf('listener');
    expect(listener).toContain('jobico_http_requests_total{status="202"} 1\n');
    expect(listener).toContain('jobico_http_requests_total{status="404"} 1\n');
    expect(listener).not.toContain('acme');
    const ctl = await metricsOf('ctl');
    expect(ctl).toMatch(/^jobico_queue_pending\{tenant="acme",queue="default"\} \d+$/m);
    for (const module of ['listener', 'executor', 'ctl'] as const) {
      const own = Object.entries<MetricSpec>(METRICS).filter(([, spec]) => spec.module?.includes(module) ?? true);
      expect([module, names(await metricsOf(module))]).toEqual([module, own.map(([name]) => name).toSorted()]);
    }
  },
);
