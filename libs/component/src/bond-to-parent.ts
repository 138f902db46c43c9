import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * Arguments to start a program with, where the system can: it dies with this process, even while hostile code keeps it
 * from noticing that its pipe has closed, and gains no privileges by what it executes. Empty where it cannot.
 */
export function bondToParent(): string[] {
  if (process.platform !== 'linux' || !existsSync(SETPRIV)) return [];
  return [SETPRIV, '--pdeathsig', 'KILL', '--no-new-privs', '--'];
}
