import { setImmediate } from 'node:timers/promises';
import {
  connectNats,
  createOutcomes,
  createOutcomeWaits,
  createTenantLimitStore,
  ensureStreams,
  watchCancellations,
  watchTenantLimits,
  type Nats,
} from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import type { ConsumeOptions, ConsumerMessages, JsMsg, OrderedConsumerOptions } from '@nats-io/jetstream';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
import { keepFollowing } from '../src/reading/follow-stream.ts';
import { execution } from './nats.ts';

vi.setConfig({ testTimeout: 60_000 });

test('who follows a stream hears again soon after a lost connection, also where it was not there at first', async () => {
  const { url } = await startKillableNats(inject('natsServerBinary'));
  const log = createSilentLogger();
  const nats = await connectNats({ url, name: 'follower', log });
  const other = await connectNats({ url, name: 'other', log });
  onTestFinished(async () => void (await Promise.all([nats.close(), other.close()])));
  await ensureStreams(other);
  const cancellations = await watchCancellations(nats, log);
  const heard: string[] = [];
  cancellations.follow('t', 'q', ({ id }) => heard.push(id));

  await other.jsm.streams.delete('EXECUTIONS');
  const states = nats.nc.status();
  await nats.nc.reconnect();
  for await (const { type } of states) if (type === 'reconnect') break;
  // Behind the question of who follows, on the same connection: whether its consumer is there.
  await expect(nats.jsm.streams.info('EXECUTIONS')).rejects.toThrow('stream not found');

  await ensureStreams(other);
  const cancelled = execution('t', 7, { status: 'cancelled' });
  await createOutcomes(other, 't', 'q').commit(cancelled);
  await expect.poll(() => heard, { timeout: 15_000 }).toEqual([cancelled.id]);
  await cancellations.stop();
});

test('who watches a bucket hears again soon where nats-server has lost its consumer', async () => {
  const server = await startKillableNats(inject('natsServerBinary'));
  const log = createSilentLogger();
  const nats = await connectNats({ url: server.url, name: 'watcher', log });
  const other = await connectNats({ url: server.url, name: 'other', log });
  onTestFinished(async () => void (await Promise.all([nats.close(), other.close()])));
  const store = await createTenantLimitStore(other);
  await store.set('before', { eventsPerSecond: 1 });
  const watch = await watchTenantLimits(nats, log);
  expect(watch.of('before')).toEqual({ eventsPerSecond: 1 });

  const consumers = await other.jsm.consumers.list('KV_limits').next();
  expect(consumers).toHaveLength(1);
  for (const { name } of consumers) await other.jsm.consumers.delete('KV_limits', name);
  const states = nats.nc.status();
  await server.kill();
  await server.start();
  for await (const { type } of states) if (type === 'reconnect') break;
  await vi.waitUntil(() => store.set('t', { eventsPerSecond: 7 }).catch(() => undefined), { timeout: 15_000 });

  // The client's own watch waits for two heartbeats that do not come, of five seconds each.
  await expect.poll(() => watch.of('t'), { timeout: 5000 }).toEqual({ eventsPerSecond: 7 });
  await store.set('before', { eventsPerSecond: null });
  await expect.poll(() => watch.of('before')).toBeUndefined();
  await watch.stop();
});

test('what the client has given up is followed on where it stood, also if that fails at first', async () => {
  const { url } = await startKillableNats(inject('natsServerBinary'));
  const log = createSilentLogger();
  const nats = await connectNats({ url, name: 'follower', log });
  onTestFinished(() => nats.close());
  await nats.jsm.streams.add({ name: 'S', subjects: ['s.>'] });
  await nats.js.publish('s.1', 'one');

  const { follower, opened, failOnce } = interceptConsumers(nats);
  const heard: string[] = [];
  const onMessage = (message: JsMsg) => {
    heard.push(message.string());
    if (message.string() === 'one') throw new Error('cannot be read');
  };
  const following = await keepFollowing(follower, 'S', { deliver_policy: 'all' }, onMessage, log);
  expect(following.stored).toBe(1);
  await expect.poll(() => heard).toEqual(['one']);

  failOnce();
  giveUp(opened[0]);
  await nats.js.publish('s.2', 'two');
  await expect.poll(() => heard, { timeout: 15_000 }).toEqual(['one', 'two']);
  expect(opened).toHaveLength(2);
  await following.stop();
});

test('who waits for an outcome after the client has given up waits anew', async () => {
  const { url } = await startKillableNats(inject('natsServerBinary'));
  const nats = await connectNats({ url, name: 'listener', log: createSilentLogger() });
  onTestFinished(() => nats.close());
  await ensureStreams(nats);
  const { follower, opened } = interceptConsumers(nats);
  const waits = createOutcomeWaits(follower);
  const first = await waits.begin('t', 'q', ['e1']);
  await nats.js.publish('jobico.execution.t.p.j.ok.q.1', 'not a record');
  giveUp(opened[0]);
  // Behind whoever waits for that too.
  await opened[0]?.closed().then(() => setImmediate());

  const second = await waits.begin('t', 'q', ['e7']);
  const outcome = execution('t', 7);
  await createOutcomes(nats, 't', 'q').commit(outcome);
  expect((await second?.outcomes(15_000))?.get('e7')?.id).toBe(outcome.id);
  first?.end();
  second?.end();
  await waits.stop();
});

/** A connection that tells which messages were asked for. */
function interceptConsumers(nats: Nats) {
  let isAway = false;
  const opened: ConsumerMessages[] = [];
  const get = async (stream: string, from: Partial<OrderedConsumerOptions>) => {
    if (isAway) {
      isAway = false;
      throw new Error('JetStream is away');
    }
    const consumer = await nats.js.consumers.get(stream, from);
    const consume = async (options: ConsumeOptions) => {
      const messages = await consumer.consume(options);
      opened.push(messages);
      return messages;
    };
    return { info: () => consumer.info(true), consume };
  };
  const follower = { ...nats, js: { consumers: { get } } } as unknown as Nats;
  return { follower, opened, failOnce: () => void (isAway = true) };
}

/** Ends messages as the client does after thirty consumers that could not be made. */
function giveUp(messages: ConsumerMessages | undefined): void {
  (messages as unknown as { stop(error: Error): void }).stop(new Error('given up'));
}
