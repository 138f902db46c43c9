import { startChild } from '../../child.ts';
import { ORDERS } from '../bound-streams.ts';
import { startOwnNats } from '../own-nats.ts';
import { addStreams } from '../start-bound.ts';
import type { BoundName, StartSubject } from '../subject.ts';
import type { Front } from './front.ts';

/** A bound's front without its worker. */
export async function startBoundFront(name: BoundName, { natsServer, signal }: StartSubject): Promise<Front> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path));
  await addStreams(nats.nc);
  const script = new URL(`../${name}/front.ts`, import.meta.url);
  const child = stack.use(await startChild<{ url: string }>(script, [nats.url], { signal }));
  const kept = stack.move();
  return {
    name,
    url: child.ready.url,
    nc: nats.nc,
    stream: ORDERS,
    process: child,
    natsPid: nats.pid,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
