import { setTimeout as delay } from 'node:timers/promises';
import { JobicoError } from '@jobico/contract';
import { readPortsFile } from './ports-file.ts';
import type { NatsServerEnd, ServerProcess } from './server-process.ts';
import { startFailure } from './start-failure.ts';

export interface Readiness {
  dataDir: string;
  host: string;
  port: number;
  httpPort: number | undefined;
  timeoutMs: number;
}

export interface ReadyServer {
  pid: number;
  port: number;
  url: string;
  monitorUrl: string | undefined;
}

/** Waits until the server has written its ports file; one that does not get there is ended, and the error says why. */
export async function untilReady(server: ServerProcess, start: Readiness): Promise<ReadyServer> {
  const startedAt = performance.now();
  let end: NatsServerEnd | undefined;
  void server.exited.then((ended) => {
    end = ended;
  });
  for (;;) {
    const ready = listening(server, start);
    if (ready !== undefined && end === undefined) {
      server.output.serverIsReady();
      return ready;
    }
    if (end !== undefined) throw startFailure({ ...start, lines: end.lines, ending: ending(end) });
    const elapsedMs = performance.now() - startedAt;
    await giveUp(server, start, elapsedMs);
    // Nearly every start takes 15 ms; one that reads many streams back takes seconds.
    await Promise.race([server.exited, delay(Math.min(50, 2 + elapsedMs / 20))]);
  }
}

function listening({ pid }: ServerProcess, { dataDir, host }: Readiness): ReadyServer | undefined {
  const found = pid === undefined ? undefined : readPortsFile(dataDir, pid);
  if (pid === undefined || found === undefined) return undefined;
  // A server on every address names them all; this machine reaches it by loopback.
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    pid,
    port: found.port,
    url: at(reached, found.url),
    monitorUrl: found.monitorUrl && at(reached, found.monitorUrl),
  };
}

async function giveUp(server: ServerProcess, start: Readiness, elapsedMs: number): Promise<void> {
  const lines = server.output.lastLines();
  if (lines.some((line) => line.startsWith('Error writing ports file'))) {
    await server.stop(0);
    throw startFailure({ ...start, lines, ending: 'it could not write its ports file' });
  }
  if (elapsedMs > start.timeoutMs) {
    await server.stop(0);
    throw new JobicoError('nats-server-failed', `nats-server was not ready within ${start.timeoutMs / 1000} s`, {
      hint: 'Its last lines are in the details; a large data directory may need a longer start time-out.',
      details: { lines },
    });
  }
}

function ending({ code, signal }: NatsServerEnd): string {
  if (signal !== null) return signal;
  return code === null ? 'it could not be run' : `exit code ${code}`;
}

function at(host: string, address: string): string {
  const { protocol, port } = new URL(address);
  return `${protocol}//${host.includes(':') ? `[${host}]` : host}:${port}`;
}
