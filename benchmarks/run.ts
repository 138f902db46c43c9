// What does the platform cost? The same work by Jobico and by nothing but nats.js, side by side. See README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheDir, provisionNatsServer } from '@jobico/nats-server';
import { runBenchmark } from './entry.ts';
import { startLoad } from './load/start-load.ts';
import { readOptions, USAGE, type BenchOptions } from './options.ts';
import { measureColdStart } from './questions/cold-start.ts';
import { playRound, type Finding } from './questions/round.ts';
import { conditionsNow } from './report/conditions.ts';
import { othersShareOf, summarise } from './report/summary.ts';
import { coldStartLine, latencyLines, othersLine, ratioLines, tableOf } from './report/table.ts';
import { SUBJECTS, TITLES } from './subjects/subject.ts';

const RESULTS = join(import.meta.dirname, 'results');

async function bench(options: BenchOptions, signal: AbortSignal): Promise<void> {
  const { profiles } = options;
  const onStep = ({ message }: { message: string }) => console.error(message);
  const natsServer = await provisionNatsServer({ cacheDir: defaultCacheDir(), onStep, signal });
  const conditions = conditionsNow(natsServer.version);
  const findings: Finding[] = [];
  const patience = { leftMs: options.patienceSeconds * 1000 };
  await using load = await startLoad(signal);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of inTurn(SUBJECTS, round)) {
      const finding = await playRound(name, options.sizes, patience, load, { natsServer, signal, profiles });
      findings.push(finding);
      console.error(`round ${round} of ${options.rounds}: ${progressOf(finding)}`);
    }
  }
  const coldStart = await measureColdStart(options.coldJobs, { natsServer, signal });
  const summaries = summarise(findings);
  const lines = [ratioLines(summaries), latencyLines(summaries), coldStartLine(coldStart)];
  console.log(`\n${tableOf(summaries)}\n\n${lines.join('\n')}\n${othersLine(othersShareOf(findings, coldStart))}`);
  const file = join(RESULTS, 'latest.json');
  await mkdir(RESULTS, { recursive: true });
  await writeFile(file, `${JSON.stringify({ conditions, options, summaries, coldStart, findings }, null, 2)}\n`);
  console.error(`\neverything as JSON: ${file}`);
}

/** What runs first meets another machine than what runs last: each round begins with the next. */
function inTurn<T>(all: readonly T[], round: number): T[] {
  const first = (round - 1) % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function progressOf({ subject, single, bulk, latency }: Finding): string {
  const rate = ({ endToEndPerSecond }: Finding['single']) => `${Math.round(endToEndPerSecond)}/s`;
  return `${TITLES[subject]}: single ${rate(single)}, bulk ${rate(bulk)}, p50 ${latency.p50Ms.toFixed(1)} ms`;
}

process.exitCode = await runBenchmark(process.argv.slice(2), USAGE, readOptions, bench);
