import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Whether some process has this id now; whose it is, see `commandLine`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not being allowed to signal it means that it is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // One that has ended and that its parent has not asked about yet keeps its id, and has no command line.
  return commandLine(pid) !== '';
}

/** A process's command line; empty for none and for one that has ended; `undefined` where the platform cannot tell. */
export function commandLine(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // No such process: /proc has no such folder, and ps exits with 1.
    return '';
  }
}
