import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { startChild } from '../../child.ts';
import { startOwnNats } from '../own-nats.ts';
import type { StartSubject, Subject } from '../subject.ts';
import { ORDERS, orderSubject, RECEIPTS, receiptSubject, WORKER } from './streams.ts';

/** The same work with nothing between nats.js and a plain function: nobody's order kept, nothing retried, nothing isolated. */
export async function startBound({ natsServer, signal }: StartSubject): Promise<Subject> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path));
  await addStreams(nats.nc);
  const worker = stack.use(await startChild(new URL('worker.ts', import.meta.url), [nats.url], { signal }));
  const front = stack.use(
    await startChild<{ url: string }>(new URL('front.ts', import.meta.url), [nats.url], { signal }),
  );
  const kept = stack.move();
  return {
    name: 'bound',
    url: front.ready.url,
    nc: nats.nc,
    outcomes: RECEIPTS,
    readOutcome: (json) => ({ isOk: true, receipt: json }),
    processes: [
      { role: 'front', pid: front.pid },
      { role: 'worker', pid: worker.pid },
      { role: 'nats-server', pid: nats.pid },
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function addStreams(nc: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: ORDERS, subjects: [orderSubject], storage: 'file' });
  await jsm.streams.add({ name: RECEIPTS, subjects: [receiptSubject], storage: 'file' });
  await jsm.consumers.add(ORDERS, { durable_name: WORKER, ack_policy: 'explicit' });
}
