import { natsChecks, watchDefinitions, type Definitions } from '@jobico/messaging';
import { createHealth, createSilentLogger } from '@jobico/telemetry';
import { expect, test, vi } from 'vitest';
import { withNats } from './nats.ts';

test('a module is well while what it needs of NATS is there', async () => {
  await withNats(async (nats) => {
    const definitions = await watchDefinitions(nats, createSilentLogger());
    const { status, checks } = await createHealth(natsChecks(nats, definitions))();
    expect([status, Object.keys(checks)]).toEqual(['ok', ['nats', 'streams', 'definitions', 'storage']]);
    await definitions.stop();
  });
});

test('a copy of the definitions that stays behind what is stored is an error, after a while', async () => {
  await withNats(async (nats) => {
    await nats.js.publish('$KV.definitions.t0.package.p', '{}');
    const check = natsChecks(nats, { revision: -1 } as Definitions).definitions;
    await check?.();
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 6000);
    await expect(check?.()).rejects.toThrow(/revision -1 is applied, \d+ is stored/);
    vi.restoreAllMocks();
    await nats.jsm.streams.purge('KV_definitions', { filter: '$KV.definitions.t0.>' });
  });
});

test('storage that is used up is an error, and so is a stream that is gone', async () => {
  await withNats(async (nats) => {
    const account = await nats.jsm.getAccountInfo();
    vi.spyOn(nats.jsm, 'getAccountInfo').mockResolvedValue({
      ...account,
      storage: 995,
      limits: { ...account.limits, max_storage: 1000 },
    });
    vi.spyOn(nats.jsm.streams, 'info').mockRejectedValue(new Error('stream not found'));
    const checks = natsChecks(nats, { revision: 0 } as Definitions);
    await expect(checks.storage?.()).rejects.toThrow('995 of 1000 bytes');
    await expect(checks.streams?.()).rejects.toThrow('stream not found');
    vi.restoreAllMocks();
  });
});
