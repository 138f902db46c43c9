// What the benchmarks have in common that ask one question, round after round.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCacheDir, provisionNatsServer } from '@jobico/nats-server';
import { startLoad, type LoadGenerator } from './load/start-load.ts';
import { mostOf } from './questions/stretch.ts';
import { quietly } from './questions/quietly.ts';
import { conditionsNow } from './report/conditions.ts';
import { othersLine } from './report/table.ts';
import type { StartSubject } from './subjects/subject.ts';

export interface RoundOptions {
  rounds: number;
  /** How long the whole run may wait for a quiet machine, or play a round again because it was not. */
  patienceSeconds: number;
  /** One short round: to see that it works. */
  isQuick: boolean;
  /** Folder for CPU profiles of listener and executor. */
  profiles: string | undefined;
}

export const usageOf = (
  name: string,
  seconds: string,
  rounds = 3,
) => `npm run bench -- ${name} [--rounds N] [--quick] [--profile FOLDER]
  --rounds N        rounds, each on a platform of its own, of ${seconds} each (default ${rounds})
  --patience N      seconds that the run may wait for other programs to leave the machine alone (default 60)
  --quick           one short round: to see that it works, its figures mean little
  --profile FOLDER  CPU profiles of listener and executor; slows them down`;

/** Throws an error that says what is wrong. */
export function readRoundOptions(args: string[], usualRounds = 3): RoundOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      patience: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  return {
    rounds: count('rounds', values.rounds, 1) ?? (quick ? 1 : usualRounds),
    patienceSeconds: count('patience', values.patience, 0) ?? (quick ? 0 : 60),
    isQuick: quick,
    profiles: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

function count(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 10_000) return value;
  throw new Error(`--${name} is a whole number from ${least} to 10,000, not ${text}`);
}

/** What a round needs of the run. */
export interface Run extends StartSubject {
  /** Two, so that one load does not wait for the other. */
  load: LoadGenerator;
  otherLoad: LoadGenerator;
  isQuick: boolean;
}

/** Plays the rounds of one question, prints what was found, and keeps it as `results/<name>.json`. */
export async function playRounds<Finding extends { othersShare: number | undefined }>(
  name: string,
  { rounds, patienceSeconds, isQuick, profiles }: RoundOptions,
  signal: AbortSignal,
  play: (run: Run) => Promise<Finding>,
  report: (findings: readonly Finding[]) => string,
): Promise<void> {
  const onStep = ({ message }: { message: string }) => console.error(message);
  const natsServer = await provisionNatsServer({ cacheDir: defaultCacheDir(), onStep, signal });
  const conditions = conditionsNow(natsServer.version);
  const patience = { leftMs: patienceSeconds * 1000 };
  await using load = await startLoad(signal);
  await using otherLoad = await startLoad(signal);
  const findings: Finding[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`${name}: round ${round} of ${rounds}`);
    const run = { natsServer, signal, profiles, load, otherLoad, isQuick };
    findings.push(await quietly(patience, signal, () => play(run)));
  }
  console.log(`\n${report(findings)}\n${othersLine(mostOf(...findings))}`);
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  await writeFile(file, `${JSON.stringify({ conditions, rounds, isQuick, findings }, null, 2)}\n`);
  console.error(`\neverything as JSON: ${file}`);
}
