import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { JobicoError } from '@jobico/contract';
import { findWit } from '@jobico/sdk/build';
import type { BuildTarget } from './build-plan.ts';
import { hintFor, requirePrograms } from './find-program.ts';

export type CommandTarget = Extract<BuildTarget, { kind: 'command' }>;

/** Of a failed command, what an error shows: compilers say last what matters. */
const KEPT_LINES = 40;
const KEPT_OUTPUT = 64 << 10;

export interface CommandOptions {
  /** Told of the command's output as it comes. */
  onOutput?: ((text: string) => void) | undefined;
  /** Ends the command. */
  signal?: AbortSignal | undefined;
}

/** Runs what builds a component, and puts the component where its package refers to it. Throws `build-failed`. */
export async function runBuildCommand(target: CommandTarget, { onOutput, signal }: CommandOptions): Promise<void> {
  const { runtime, command, folder, output, needs, path } = target;
  requirePrograms(runtime, needs);
  await mkdir(dirname(path), { recursive: true });
  const startedAtMs = Date.now();
  const said = await run(command, { folder, signal, env: environmentOf(target), onOutput, runtime });
  const written = output ?? path;
  const info = await stat(written).catch(() => undefined);
  if (info === undefined) {
    throw new JobicoError('build-failed', `${runtime}: the command ended well, but wrote no ${shown(written)}`, {
      hint:
        output === undefined
          ? 'Let it write its component to $JOBICO_OUT, or say with `output` where it is.'
          : 'Say with `output` where the command writes the component.',
      details: { runtime, command, output: said },
    });
  }
  if (output !== undefined) {
    await copyFile(output, `${path}.${process.pid}.part`);
    await rename(`${path}.${process.pid}.part`, path);
  } else if (info.mtimeMs < startedAtMs - 5 * 60_000) onOutput?.(`${shown(path)} was left as it is\n`);
}

const shown = (file: string): string => relative(process.cwd(), file);

function environmentOf({ path, runtime }: CommandTarget): NodeJS.ProcessEnv {
  return { ...process.env, JOBICO_OUT: path, JOBICO_WIT: findWit(), JOBICO_RUNTIME: runtime };
}

async function run(
  command: string,
  options: CommandOptions & { folder: string; env: NodeJS.ProcessEnv; runtime: string },
): Promise<string> {
  const { folder, env, signal, onOutput, runtime } = options;
  // A group of its own: what the shell has started ends with it.
  const isGroup = process.platform !== 'win32';
  const child = spawn(command, { cwd: folder, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'], detached: isGroup });
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-KEPT_OUTPUT);
    onOutput?.(chunk.toString());
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = (): void => {
    if (child.pid !== undefined) process.kill(isGroup ? -child.pid : child.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', end, { once: true });
  const failed = once(child, 'error').then(([cause]) => cannotStart(runtime, folder, cause as Error));
  const ended = once(child, 'close').then(([code, killed]) => ({ code: code as number | null, killed: killed as string | null }));
  const outcome = await Promise.race([ended, failed]).finally(() => signal?.removeEventListener('abort', end));
  if (outcome instanceof JobicoError) throw outcome;
  if (outcome.code === 0) return kept;
  throw failure(runtime, command, outcome, kept);
}

function cannotStart(runtime: string, folder: string, cause: Error): JobicoError {
  return new JobicoError('build-failed', `${runtime}: its command cannot be run in ${shown(folder) || '.'}: ${cause.message}`, {
    cause,
  });
}

function failure(
  runtime: string,
  command: string,
  { code, killed }: { code: number | null; killed: string | null },
  output: string,
): JobicoError {
  const lines = output.trimEnd().split('\n').slice(-KEPT_LINES);
  // What a POSIX shell ends with when it finds no program of that name.
  const [, missing] = code === 127 ? (/(\S+): (?:command )?not found/.exec(output) ?? []) : [];
  const how = killed === null ? `exit code ${code ?? '?'}` : killed;
  return new JobicoError('build-failed', `${runtime}: \`${command}\` failed with ${how}`, {
    hint: missing === undefined ? undefined : (hintFor(missing) ?? `Install ${missing}, or put it on the PATH.`),
    details: { runtime, command, exitCode: code, output: lines.join('\n') },
  });
}
