import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '@jobico/nats-server';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A nats-server on a folder that has never been used, gone without a trace when it is disposed of. */
export interface OwnNats extends AsyncDisposable {
  url: string;
  pid: number;
  /** For whatever else the subject wants to keep. */
  folder: string;
  nc: NatsConnection;
}

/** Starts one as the platform starts its own: the same configuration for every subject. `syncInterval`: as in nats.conf. */
export async function startOwnNats(binary: string, syncInterval?: string): Promise<OwnNats> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'jobico-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'nats');
  const server = stack.use(await startNatsServer({ binary, dataDir, ...(syncInterval && { syncInterval }) }));
  const nc = await connect({ servers: server.url, name: 'bench' });
  stack.defer(() => nc.close());
  const kept = stack.move();
  return { url: server.url, pid: server.pid, folder, nc, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
