import { startCtl } from '../src/index.ts';
import { connectNats, queueStream, type Durability } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { createClient } from '@jobico/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newTenant } from './support/control-plane.ts';
import { deployEcho } from './support/deploy-echo.ts';
import { ownNats } from './support/own-nats.ts';

const log = createSilentLogger();

test(
  'queues take batches while ctl is durable: those that it makes, and at its start those that are there',
  { timeout: 60_000 },
  async () => {
    const natsUrl = await ownNats();
    const nats = await connectNats({ url: natsUrl, name: 'test', log });
    onTestFinished(() => nats.close());
    const [first, second] = [newTenant(), newTenant()];

    const run = async (durability: Durability, tenant?: string) => {
      const ctl = await startCtl({ natsUrl, log, port: 0, durability });
      try {
        const client = createClient({ url: ctl.url });
        if (tenant !== undefined) await deployEcho(client, tenant);
        expect(await client.call('diagnosis.get', {})).toMatchObject({ nats: { durability } });
        await vi.waitFor(async () => {
          const states = [];
          for await (const { config } of nats.jsm.streams.list('jobico.queue.>'))
            states.push(config.allow_atomic === true);
          expect(states).not.toContain(durability === 'standard');
        });
      } finally {
        await ctl.stop();
      }
    };

    await run('standard', first);
    const before = await nats.jsm.streams.info(queueStream(first, 'default'));
    await run('durable', second);
    const after = await nats.jsm.streams.info(queueStream(first, 'default'));
    expect(after.config).toEqual({ ...before.config, metadata: after.config.metadata, allow_atomic: true });
    await run('standard');
  },
);
