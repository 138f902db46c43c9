import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 5_000;

/** The version that a binary names, e.g. `2.15.1`; an error says why the file is no usable nats-server. */
export async function readVersion(binary: string, signal?: AbortSignal): Promise<string> {
  const { stdout } = await run(binary, ['--version'], { timeout: ANSWER_WITHIN_MS, ...(signal && { signal }) }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      throw new Error(`${binary} could not be run: ${reasonOf(error)}`, { cause: error });
    },
  );
  const version = /^nats-server: v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${binary} --version answered ${JSON.stringify(stdout.slice(0, 80))}`);
  return version;
}

/** Whether `version` is `minimum` or newer; both `major.minor[.patch]`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let part = 0; part < 3; part++) {
    const difference = (have[part] ?? 0) - (want[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function reasonOf(error: unknown): string {
  const failure = error as { code?: unknown; killed?: boolean; stderr?: string; message?: string };
  if (failure.killed) return `no answer within ${ANSWER_WITHIN_MS / 1000} s`;
  if (typeof failure.code === 'string') return failure.code;
  return failure.stderr?.trim().split('\n')[0] || `exit code ${String(failure.code)}`;
}
