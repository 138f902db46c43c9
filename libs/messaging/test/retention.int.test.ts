import { ensureQueue, queueStream, trimQueue } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { queue, uniqueTenant, withNats } from './nats.ts';

const MAX_AGE_MS = 700;

test('what is settled goes once it is older than the queue keeps it, what is not settled stays', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, { ...queue('q', { kind: 'none' }), maxAgeMs: MAX_AGE_MS }, ['placed']);
    const stream = queueStream(tenant, 'q');
    const stored = async () => (await nats.jsm.streams.info(stream)).state;
    const publish = (n: number) => nats.publisher.publish(`jobico.event.${tenant}.placed`, String(n), []);
    for (let n = 1; n <= 4; n += 1) await publish(n);
    const consumer = await nats.js.consumers.get(stream, 'executor');
    for (let n = 1; n <= 2; n += 1) await (await consumer.next())?.ackAck();
    await trimQueue(nats, tenant, 'q');
    expect(await stored()).toMatchObject({ first_seq: 1, messages: 4 });
    await expect
      .poll(
        async () => {
          await trimQueue(nats, tenant, 'q');
          return (await stored()).messages;
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBe(2);
    expect(await stored()).toMatchObject({ first_seq: 3 });
    await publish(5);
    for (let n = 3; n <= 5; n += 1) await (await consumer.next())?.ackAck();
    await trimQueue(nats, tenant, 'q');
    // The newest is younger than that, and stays for now.
    expect(await stored()).toMatchObject({ first_seq: 5, messages: 1 });
  }));
