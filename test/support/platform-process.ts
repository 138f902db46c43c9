import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheDir, provisionNatsServer } from '@jobico/nats-server';
import { onTestFinished, vi } from 'vitest';

const BIN = fileURLToPath(new URL('../../cli/bin/jobico.js', import.meta.url));

/** A nats-server that is there already, or is fetched now. */
export async function natsServerBinary(): Promise<string> {
  const { path } = await provisionNatsServer({ cacheDir: defaultCacheDir() });
  return path;
}

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  ended: Promise<Ended>;
}

/** The command in one process, so that its number is that of whatever runs. */
function spawnJobico(args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Started {
  const child = spawn(process.execPath, ['--conditions=@jobico/source', BIN, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const ended = once(child, 'close').then(([code]) => ({ exitCode: code as number | null, stdout, stderr }));
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Runs a command to its end, as a user does. */
export async function jobico(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<Ended> {
  return await spawnJobico(args, env, input).ended;
}

export interface Urls {
  nats: string;
  listener: string;
  executor: string;
  ctl: string;
}

/** A `jobico up` that runs. */
export interface PlatformProcess {
  readonly pid: number;
  readonly urls: Urls;
  readonly data: string;
  stdout: () => string;
  stderr: () => string;
  ended: Promise<Ended>;
  /** Sends a signal to the process alone. */
  signal: (name: NodeJS.Signals) => void;
  /** Ends it with SIGTERM; answers how it ended. */
  stop: () => Promise<Ended>;
  /** Kills it with SIGKILL, and its nats-server, if it has one, at the same moment. */
  killAll: () => Promise<void>;
  /** Runs a command against it. */
  jobico: (...args: string[]) => Promise<Ended>;
  /** The same, with this on its standard input. */
  jobicoWith: (input: string, ...args: string[]) => Promise<Ended>;
}

export interface UpOptions {
  args?: readonly string[];
  /** Default: a folder of its own. */
  data?: string;
  env?: NodeJS.ProcessEnv;
  /** Called with what ends it; default: the end of the test. */
  onEnd?: (end: () => Promise<void>) => void;
}

const READY_MS = 20_000;
const PORTS = ['--listener-port', '--ctl-port', '--executor-port', '--nats-port'];

/** Starts `jobico up`, on free ports but for those that are given, and waits for nothing but its first words, or its end. */
export async function startUp(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const taken = args.includes('--nats-url') ? ['--nats-port', ...args] : args;
  const free = PORTS.filter((flag) => !taken.includes(flag)).flatMap((flag) => [flag, '0']);
  const started = spawnJobico(['up', ...free, ...args], { JOBICO_NATS_SERVER: await natsServerBinary(), ...env });
  onTestFinished(() => end(started));
  await firstLine(started).catch(() => undefined);
  return started;
}

async function end({ child, ended }: Started): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** Starts `jobico up` on free ports and waits until it is ready. */
export async function up({
  args = [],
  data,
  env = {},
  onEnd = onTestFinished,
}: UpOptions = {}): Promise<PlatformProcess> {
  const folder = data ?? (await temporaryFolder(onEnd));
  const hasOwnNats = !args.includes('--nats-url');
  const ports = PORTS.filter((flag) => hasOwnNats || flag !== '--nats-port').flatMap((flag) => [flag, '0']);
  const started = spawnJobico(['up', '--json', '--data', folder, ...ports, ...args], {
    JOBICO_NATS_SERVER: await natsServerBinary(),
    ...env,
  });
  onEnd(() => end(started));
  const { urls } = JSON.parse(await firstLine(started)) as { urls: Urls };
  const signal = (name: NodeJS.Signals) => void started.child.kill(name);
  return {
    ...started,
    pid: started.child.pid ?? 0,
    urls,
    data: folder,
    signal,
    stop: async () => {
      signal('SIGTERM');
      return await started.ended;
    },
    killAll: async () => {
      const serverPid = hasOwnNats ? await serverPidOf(folder) : undefined;
      signal('SIGKILL');
      if (serverPid !== undefined) kill(serverPid);
      await started.ended;
    },
    jobicoWith: async (input, ...commandArgs) => await jobico(commandArgs, { JOBICO_URL: urls.ctl }, input),
    jobico: async (...commandArgs) => await jobico(commandArgs, { JOBICO_URL: urls.ctl }),
  };
}

/** Kills a process that may be gone already. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function firstLine({ stdout, stderr, ended }: Started): Promise<string> {
  const exit = ended.then(({ exitCode }) => {
    throw new Error(`up has ended with ${exitCode}: ${stdout()}${stderr()}`);
  });
  const line = vi.waitFor(
    () => {
      const [first = '', ...more] = stdout().split('\n');
      if (more.length === 0) throw new Error(`up is not ready: ${stderr()}`);
      return first;
    },
    { timeout: READY_MS, interval: 10 },
  );
  return await Promise.race([line, exit]);
}
/** The process number of the nats-server on a platform's data. */
export async function serverPidOf(data: string): Promise<number> {
  const lock = await readFile(join(data, 'nats', 'nats-server.lock'), 'utf8');
  return (JSON.parse(lock) as { serverPid: number }).serverPid;
}

export async function temporaryFolder(onEnd: UpOptions['onEnd'] = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-e2e-'));
  onEnd?.(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
