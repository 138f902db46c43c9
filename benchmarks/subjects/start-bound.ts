import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { startChild } from '../child.ts';
import { ORDERS, orderSubject, RECEIPTS, receiptSubject, WORKER } from './bound-streams.ts';
import { startOwnNats } from './own-nats.ts';
import type { BoundName, StartSubject, Subject } from './subject.ts';

/** The same work with nothing between nats.js and a plain function: nobody's order kept, nothing retried, nothing isolated. */
export async function startBound(name: BoundName, { natsServer, signal }: StartSubject): Promise<Subject> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path));
  await addStreams(nats.nc);
  const script = (file: string) => new URL(`${name}/${file}`, import.meta.url);
  const worker = stack.use(await startChild(script('worker.ts'), [nats.url], { signal }));
  const front = stack.use(await startChild<{ url: string }>(script('front.ts'), [nats.url], { signal }));
  const kept = stack.move();
  return {
    name,
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

export async function addStreams(nc: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: ORDERS, subjects: [orderSubject], storage: 'file' });
  await jsm.streams.add({ name: RECEIPTS, subjects: [receiptSubject], storage: 'file' });
  await jsm.consumers.add(ORDERS, { durable_name: WORKER, ack_policy: 'explicit' });
}
