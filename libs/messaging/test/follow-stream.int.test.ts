import { connectNats, createOutcomes, ensureStreams, watchCancellations } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats } from '../../../test/support/killable-nats.ts';
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
