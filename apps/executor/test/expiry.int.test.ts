import { expect, test } from 'vitest';
import { onStage } from './harness.ts';

test.each(['strict', 'none', { key: '/key' }])(
  'in a queue with ordering %j an event that nobody ran in time is not lost: it is on record, and a dead letter',
  { timeout: 120_000 },
  (ordering) =>
    onStage(async (stage) => {
      const definition = {
        id: 'main',
        queues: [{ id: 'main', ordering, retention: { maxAge: 'PT1S' } }],
        jobs: [{ event: { id: 'told', supplierqueue: 'main', runtime: 'told' } }],
        runtimes: [{ id: 'told', moduleref: 'as-told.wasm' }],
      };
      await stage.deploy(definition, { 'as-told.wasm': 'as-told' });
      const late = await stage.publish('told', { key: 'a', n: 1 });
      const { config } = await stage.nats.jsm.streams.info(`QUEUE_${stage.tenant}_main`);
      expect(config.max_age).toBe(0);
      const publishedAt = Date.now();
      await expect.poll(() => Date.now() - publishedAt, { timeout: 5000 }).toBeGreaterThan(1500);
      await stage.startExecutor();
      const [outcome] = await stage.outcomes(1);
      expect(outcome).toMatchObject({ status: 'dead', event: { id: late }, error: { code: 'expired' }, attempt: 1 });
      const [letter] = await stage.deadLetters(1);
      expect(letter).toMatchObject({ event: { id: late }, error: { code: 'expired' } });
      const inTime = await stage.publish('told', { key: 'a', n: 2 });
      expect((await stage.outcomes(2))[1]).toMatchObject({ status: 'ok', event: { id: inTime } });
      await expect.poll(() => stage.unacknowledged('main')).toBe(0);
    }),
);
