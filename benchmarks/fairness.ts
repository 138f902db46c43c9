// Does a tenant that floods slow down its neighbour? See README.md.
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { playFairness, type FairnessFinding } from './questions/fairness.ts';
import { barLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';

/** How much longer the neighbour's events may take, at the 95th percentile. */
const BAR = 2;

function report(findings: readonly FairnessFinding[]): string {
  const of = (pick: (finding: FairnessFinding) => number) => median(findings.map(pick));
  const row = (title: string, which: 'solo' | 'beside'): [string, ...string[]] => [
    title,
    of((finding) => finding[which].p50Ms).toFixed(1),
    of((finding) => finding[which].p95Ms).toFixed(1),
    of((finding) => finding[which].p95Ms / finding.solo.p95Ms).toFixed(2),
  ];
  const [first] = findings;
  const { flood, perSecond } = first?.size ?? { flood: 0, perSecond: 0 };
  return [
    lines(
      [`${perSecond} events/s of one`, 'p50 ms', 'p95 ms', 'p95 of solo'],
      [row('by itself', 'solo'), row('beside a flood', 'beside')],
    ),
    `the flood: ${flood} events of ${of((finding) => finding.flood.medianMs).toFixed(0)} ms meanwhile, of which ` +
      `${of((finding) => finding.flood.outcomesPerSecond).toFixed(0)} a second ended`,
    barLine(
      'fairness p95 ratio',
      of(({ beside, solo }) => beside.p95Ms / solo.p95Ms),
      BAR,
    ),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('fairness', 'one and a half minutes'),
  readRoundOptions,
  (options, signal) => playRounds('fairness', options, signal, playFairness, report),
);
