import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath } from './find-on-path.ts';

const run = promisify(execFile);

/**
 * The command that makes a process end together with this one, even when this one is killed with SIGKILL and can do
 * nothing itself: util-linux's `setpriv` sets the parent-death signal and becomes the program. Empty where there is
 * none (macOS, Windows, Alpine); there the next start on the same data directory stops what was left.
 * The kernel means the thread that started the process: a server started in a worker ends with that worker.
 */
export async function endWithParent(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const setpriv = await findOnPath('setpriv', env);
  if (setpriv === undefined) return [];
  const command = [setpriv, '--pdeathsig', 'TERM', '--'];
  try {
    // BusyBox has a setpriv without this option.
    await run(setpriv, [...command.slice(1), setpriv, '--version']);
    return command;
  } catch {
    return [];
  }
}
