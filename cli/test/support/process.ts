import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/jobico.js', import.meta.url));

/** No colours, and no context of whoever runs the tests. */
const NOBODYS = { NO_COLOR: '1', XDG_CONFIG_HOME: join(tmpdir(), 'jobico-no-such-folder') };

export interface Running {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
}

export interface ProcessOptions {
  cwd?: string;
  /** Standard input; default none. */
  input?: string;
}

/** Runs the command as a user does: the bin file, in a process of its own. */
export function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { cwd, input = '' }: ProcessOptions = {},
): Running {
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, ...NOBODYS, ...env }, cwd });
  child.stdin.on('error', () => undefined).end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, stdout: () => out, stderr: () => err, ended };
}

/** Runs a command to its end. */
export async function finish(args: readonly string[], env: NodeJS.ProcessEnv = {}, options: ProcessOptions = {}) {
  const running = start(args, env, options);
  const exitCode = await running.ended;
  return { exitCode, stdout: running.stdout(), stderr: running.stderr() };
}

export interface UpPlatform extends Running {
  urls: { listener: string; executor: string; ctl: string; nats: string };
  data: string;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** `jobico up` with everything on free ports, ready. */
export async function up(
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  folder?: string,
): Promise<UpPlatform> {
  const data = folder ?? (await temporaryFolder());
  const ports = ['--listener-port', '0', '--ctl-port', '0', '--nats-port', '0'];
  const running = start(['up', '--json', '--data', data, ...ports, ...args], env);
  const line = await vi.waitFor(
    () => {
      const [first, ...more] = running.stdout().split('\n');
      if (first === undefined || more.length === 0) throw new Error(`not ready: ${running.stderr()}`);
      return first;
    },
    { timeout: 20_000, interval: 20 },
  );
  return { ...running, data, ...(JSON.parse(line) as Pick<UpPlatform, 'urls'>) };
}
