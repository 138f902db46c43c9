import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { ensureQueue, queueStream } from '@jobico/messaging';
import { queue, uniqueTenant, withNats } from './nats.ts';

const folder = fileURLToPath(new URL('../../../examples/direct-producers/', import.meta.url));
const guide = readFileSync(new URL('../../../docs/guides/direct-producers.md', import.meta.url), 'utf8');
const run = promisify(execFile);

const produce = (...args: string[]) =>
  run(process.execPath, [`${folder}send-order.ts`, ...args], { env: { ...process.env, NATS_URL: inject('natsUrl') } });

test('the guide shows the programs as they are', () => {
  for (const file of ['send-order.ts', 'send_order.py', 'go/main.go', 'SendOrder.java']) {
    expect(guide).toContain(readFileSync(folder + file, 'utf8').trim());
  }
});

test(
  'a producer without our libraries stores an event once, however often it sends it',
  () =>
    withNats(async (nats) => {
      const tenant = uniqueTenant();
      await ensureQueue(nats, tenant, queue('q'), ['order-placed']);
      const stream = queueStream(tenant, 'q');
      expect((await produce(tenant, 'order-placed', 'o-1')).stdout).toBe(`stored ${stream} 1\n`);
      expect((await produce(tenant, 'order-placed', 'o-1')).stdout).toBe(`stored ${stream} 1 before\n`);
      const stored = await nats.jsm.streams.getMessage(stream, { seq: 1 });
      expect([stored?.subject, stored?.string(), stored?.header.get('Nats-Msg-Id')]).toEqual([
        `jobico.event.${tenant}.order-placed`,
        '{"id":"o-1","total":42.5}',
        'o-1',
      ]);
    }),
  60_000,
);

test('an event that nobody declares: the producer is told that nobody takes it, and nothing is stored', async () => {
  const refused = await produce(uniqueTenant(), 'no-such-event').catch(
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/no responders|NoResponders/i) as string });
}, 60_000);
