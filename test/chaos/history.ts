import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was done to the platform, and what it did by itself, in order. */
export interface Moment {
  /** Since the start of the run. */
  seconds: number;
  what: string;
}

export interface History {
  readonly moments: readonly Moment[];
  readonly note: (what: string) => void;
}

/** Each moment is written as it happens: a run that hangs must tell what it did. */
export function createHistory(folder: string, show: (line: string) => void): History {
  const startedMs = performance.now();
  const moments: Moment[] = [];
  return {
    moments,
    note(what) {
      const seconds = Math.round(performance.now() - startedMs) / 1000;
      moments.push({ seconds, what });
      const line = `${seconds.toFixed(1).padStart(7)} s  ${what}`;
      appendFileSync(join(folder, 'history.txt'), `${new Date().toISOString()} ${line}\n`);
      show(line);
    },
  };
}
