import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer, type NatsServer, type StartOptions } from '@jobico/nats-server';
import { onTestFinished } from 'vitest';

/** A nats-server of one test, which may be killed and comes back on the same port with the same data. */
export interface KillableNats {
  readonly url: string;
  /** Kills it as `kill -9` does; resolves when it has ended. */
  kill(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Stops it in its tracks, connections open, until `resume`. */
  pause(): void;
  resume(): void;
  /** Names of the connections that it has. */
  connections(): Promise<string[]>;
}

export async function startKillableNats(
  binary: string,
  options: Pick<StartOptions, 'syncInterval'> = {},
): Promise<KillableNats> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-nats-'));
  let server: NatsServer = await startNatsServer({ ...options, binary, dataDir, httpPort: 0 });
  const { url, port } = server;
  onTestFinished(async () => {
    // One that is paused does not hear a SIGTERM.
    signal(server, 'SIGKILL');
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    url,
    async kill() {
      signal(server, 'SIGKILL');
      await server.exited;
    },
    async start() {
      server = await startNatsServer({ ...options, binary, dataDir, port, httpPort: 0 });
    },
    pause() {
      signal(server, 'SIGSTOP');
      untilStopped(server);
    },
    resume: () => signal(server, 'SIGCONT'),
    async connections() {
      const response = await fetch(`${server.monitorUrl ?? ''}/connz`);
      const { connections } = (await response.json()) as { connections: { name?: string }[] };
      return connections.map(({ name }) => name ?? '');
    },
  };
}

function signal({ pid }: NatsServer, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A thread that runs may answer once more before it hears of the signal. Where the system does not tell, nobody waits. */
function untilStopped({ pid }: NatsServer): void {
  const untilMs = Date.now() + 1000;
  const stateOf = (thread: string) => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ')[1]?.[0];
  try {
    while (readdirSync(`/proc/${pid}/task`).some((thread) => stateOf(thread) !== 'T') && Date.now() < untilMs);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
