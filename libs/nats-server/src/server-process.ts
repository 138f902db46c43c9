import { spawn } from 'node:child_process';
import { endWithParent } from './parent-death.ts';
import type { NatsServerLog, ServerOutput } from './server-output.ts';
import { readOutput } from './server-output.ts';

export interface NatsServerEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines that it printed. */
  lines: readonly string[];
}

/** The process of a nats-server, ready or not. */
export interface ServerProcess {
  /** Undefined where none could be made; `exited` says why. */
  pid: number | undefined;
  output: ServerOutput;
  /** Never rejects. */
  exited: Promise<NatsServerEnd>;
  /** SIGTERM, and SIGKILL after this time; resolves when the process has ended. */
  stop: (killAfterMs: number) => Promise<void>;
}

/** Starts the process, bound to the life of this one. */
export async function spawnServer(
  binary: string,
  serverArguments: readonly string[],
  env: NodeJS.ProcessEnv,
  log: NatsServerLog | undefined,
): Promise<ServerProcess> {
  const [command = binary, ...args] = [...(await endWithParent(env)), binary, ...serverArguments];
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that Ctrl-C does not take the server away before its clients have drained.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const output = readOutput(child.stderr, log);
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  const exited = new Promise<NatsServerEnd>((resolve) => {
    // 'close' and not 'exit': by then every line has been read.
    child.once('close', (code, signal) => resolve({ code, signal, lines: output.lastLines() }));
    child.once('error', (error) => resolve({ code: null, signal: null, lines: [error.message] }));
  }).finally(() => process.off('exit', end));
  return {
    pid: child.pid,
    output,
    exited,
    stop: async (killAfterMs) => {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      await exited;
      clearTimeout(kill);
    },
  };
}
