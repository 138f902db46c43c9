import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findOnPath } from './find-on-path.ts';
import { executableName, GO_PACKAGE } from './release.ts';

const LONGEST_BUILD_MS = 10 * 60_000;
const REPORT_EVERY_MS = 5_000;

export interface GoInstallOptions {
  env: NodeJS.ProcessEnv;
  /** Called now and then while Go works, with the seconds it has taken. */
  onWait: (elapsedSeconds: number) => void;
  signal?: AbortSignal | undefined;
}

/** Builds nats-server with `go install` into `folder`. Returns the executable's path. */
export async function goInstall(folder: string, options: GoInstallOptions): Promise<string> {
  const go = await findOnPath('go', options.env);
  if (go === undefined) throw new Error('go is not on PATH');
  const startedAt = performance.now();
  const report = setInterval(() => {
    options.onWait(Math.round((performance.now() - startedAt) / 1000));
  }, REPORT_EVERY_MS);
  try {
    await runGo(go, folder, options);
    return join(folder, executableName());
  } finally {
    clearInterval(report);
  }
}

async function runGo(go: string, folder: string, { env, signal }: GoInstallOptions): Promise<void> {
  // Go refuses GOBIN when it is told to build for another platform.
  const { GOOS: _os, GOARCH: _arch, ...inherited } = env;
  const child = spawn(go, ['install', GO_PACKAGE], {
    env: { ...inherited, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LONGEST_BUILD_MS,
    ...(signal && { signal }),
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Error(`go install ended with ${killedBy ?? `exit code ${code}`}: ${lastLine(output)}`));
    });
  });
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) || 'it printed nothing';
}
