import { createLog } from '../log.ts';
import { host } from './imports.ts';

const log = createLog(host.log);

/** The console's functions that libraries call; each writes to the execution's log. */
export const guestConsole = {
  ...log,
  log: log.info,
  assert: (condition: unknown, ...parts: unknown[]): void => {
    if (!condition) log.error('Assertion failed', ...parts);
  },
};
