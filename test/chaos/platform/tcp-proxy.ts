import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A wire between a module and NATS that can be cut. */
export interface TcpProxy extends AsyncDisposable {
  /** Of this end: `127.0.0.1:<port>`. */
  readonly address: string;
  /**
   * First what the server says gets lost for `muteMs`, while it still hears everything: acknowledgements of what it has
   * stored. Then the connection is gone, and for `downMs` there is no new one.
   */
  cut(muteMs: number, downMs: number): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isMute = false;
  let isDown = false;
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (isDown) {
      near.destroy();
      return;
    }
    const far = connect(target);
    join(near, far, sockets);
    near.on('data', (chunk) => pass(chunk, near, far));
    far.on('data', (chunk) => isMute || pass(chunk, far, near));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    async cut(muteMs, downMs) {
      isMute = true;
      await delay(muteMs);
      isDown = true;
      dropAll();
      isMute = false;
      await delay(downMs);
      isDown = false;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      dropAll();
      await once(server, 'close');
    },
  };
}

/** Two sockets that end together, however one of them ends. */
function join(near: Socket, far: Socket, sockets: Set<Socket>): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(one);
    one.setNoDelay(true);
    one.on('error', () => undefined);
    one.on('close', () => {
      sockets.delete(one);
      other.destroy();
    });
  }
}

/** A reader that does not keep up slows its writer down, as it would without a proxy. */
function pass(chunk: Buffer | string, from: Socket, to: Socket): void {
  if (to.destroyed || to.write(chunk)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
