import { setTimeout as delay } from 'node:timers/promises';
import { defaultCacheDir, provisionNatsServer, startNatsServer, type NatsServer } from '@jobico/nats-server';

/** A nats-server that is started again on the same data and port whenever it is killed. */
export interface NatsProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends that nobody here has caused. */
  readonly faults: readonly string[];
  /** Resolves once it answers again. */
  kill(downMs: number): Promise<void>;
}

export async function startNatsProcess(dataDir: string, note: (what: string) => void): Promise<NatsProcess> {
  const { path: binary } = await provisionNatsServer({ cacheDir: defaultCacheDir() });
  const faults: string[] = [];
  let isExpected = false;
  const start = async (port: number): Promise<NatsServer> => {
    const server = await startNatsServer({ binary, dataDir, port });
    void server.exited.then(({ code, signal, lines }) => {
      if (!isExpected) faults.push(`nats-server ended: ${signal ?? code}: ${lines.slice(-3).join(' / ')}`);
    });
    isExpected = false;
    return server;
  };
  let server = await start(0);
  const { url, port } = server;
  const killNow = async (downMs: number) => {
    isExpected = true;
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await delay(downMs);
    server = await start(port);
    note('nats-server runs again');
  };
  /** What is down cannot be killed: one kill after another. */
  let healing: Promise<void> = Promise.resolve();
  return {
    url,
    port,
    faults,
    async kill(downMs) {
      healing = healing.then(() => killNow(downMs));
      await healing;
    },
    async [Symbol.asyncDispose]() {
      isExpected = true;
      await server.stop();
    },
  };
}
