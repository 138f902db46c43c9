import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Sizes } from './questions/round.ts';

export interface BenchOptions {
  rounds: number;
  sizes: Sizes;
  /** Jobs that are asked for their first event. */
  coldJobs: number;
  /** How long the whole run may wait for a quiet machine, or ask again because it was not. */
  patienceSeconds: number;
  /** Folder for CPU profiles of listener and executor. */
  profiles: string | undefined;
}

export const USAGE = `npm run bench -- [--rounds N] [--events N] [--quick] [--profile FOLDER]
  --rounds N        rounds over all subjects, of which the medians are told (default 5)
  --events N        events for "1 event a request"; twice as many for "100 events a request" (default 20000)
  --patience N      seconds that the run may wait for other programs to leave the machine alone (default 60)
  --quick           one short round: to see that it works, not how fast
  --profile FOLDER  CPU profiles of Jobico's listener and executor; slows them down`;

/** Throws an error that says what is wrong. */
export function readOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      events: { type: 'string' },
      patience: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  const single = count('events', values.events) ?? (quick ? 3000 : 20_000);
  return {
    rounds: count('rounds', values.rounds) ?? (quick ? 1 : 5),
    sizes: { warmUp: quick ? 1000 : 5000, single, bulk: 2 * single, latencySeconds: quick ? 2 : 5 },
    coldJobs: quick ? 3 : 9,
    patienceSeconds: count('patience', values.patience) ?? (quick ? 0 : 60),
    profiles: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1_000_000) return value;
  throw new Error(`--${name} is a whole number from 1 to 1,000,000, not ${text}`);
}
