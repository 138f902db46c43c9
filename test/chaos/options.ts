import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** Decides what is sent and what is broken when; not how the machine schedules its processes. */
  seed: number;
  /** Accepted events after which the load ends. */
  events: number;
  /** Events a second. */
  rate: number;
  /** Processes that are killed meanwhile. */
  kills: number;
  /** Of the queue that the load goes to. */
  partitions: number;
  /** Whether the folder of the run stays when nothing was found. */
  isKept: boolean;
}

export const USAGE = `npm run chaos -- [--seed N] [--events N] [--rate N] [--kills N] [--partitions N] [--long] [--keep]
  --seed N     what is sent and what is broken when (default: another one each time)
  --events N   accepted events after which the load ends (default 20000)
  --rate N     events a second (default 200)
  --kills N    processes that are killed meanwhile; some more are stopped for a while or cut off (default 10)
  --partitions N  how many the queue of the load has (default 1)
  --long       100000 events at 300 a second, 50 kills
  --keep       keeps the folder of the run even if nothing was found`;

const SHORT = { events: 20_000, rate: 200, kills: 10 };
const LONG = { events: 100_000, rate: 300, kills: 50 };

/** Throws a `TypeError` that says what is wrong. */
export function readOptions(args: string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      events: { type: 'string' },
      rate: { type: 'string' },
      kills: { type: 'string' },
      partitions: { type: 'string' },
      long: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const size = values.long ? LONG : SHORT;
  return {
    seed: count('seed', values.seed) ?? Math.trunc(Math.random() * 1e9),
    events: count('events', values.events) ?? size.events,
    rate: count('rate', values.rate) ?? size.rate,
    kills: count('kills', values.kills) ?? size.kills,
    partitions: count('partitions', values.partitions) ?? 1,
    isKept: values.keep,
  };
}

/** The arguments that make the same run again. */
export function argumentsOf({ seed, events, rate, kills, partitions }: ChaosOptions): string {
  return `--seed ${seed} --events ${events} --rate ${rate} --kills ${kills} --partitions ${partitions}`;
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 1e9) return value;
  throw new TypeError(`--${name} is a whole number, not ${text}`);
}
