import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Where and when the figures were taken. */
export interface Conditions {
  at: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  natsServer: string;
  /** Of this checkout; undefined without git. */
  commit: string | undefined;
  /** Processes that wanted a core in the minute before the start: the figures are others' too if it is not near 0. */
  loadBefore: number;
}

export function conditionsNow(natsServer: string): Conditions {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    natsServer,
    commit: commitNow(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

function commitNow(): string | undefined {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
    const hash = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash} and changes`;
  } catch {
    return undefined;
  }
}
