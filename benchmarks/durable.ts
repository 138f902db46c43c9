// How many events a second are on the disk before they are accepted? See README.md.
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { playDurable, type Accepted, type DurableFinding } from './questions/durable.ts';
import { atLeastLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';

/** How many times as many are accepted with one wait for the disk for all that come together. */
const BAR = 3;

const medianOf = (stretches: readonly Accepted[], pick: (accepted: Accepted) => number) => median(stretches.map(pick));
const rateOf = (stretches: readonly Accepted[]) => medianOf(stretches, ({ perSecond }) => perSecond);

function report(findings: readonly DurableFinding[]): string {
  const row = (title: string, which: 'singly' | 'grouped'): [string, ...string[]] => {
    const of = (pick: (accepted: Accepted) => number) => median(findings.map((each) => medianOf(each[which], pick)));
    return [
      title,
      of(({ perSecond }) => perSecond).toFixed(0),
      of(({ p50Ms }) => p50Ms).toFixed(1),
      of(({ p99Ms }) => p99Ms).toFixed(1),
    ];
  };
  return [
    lines(
      ['64 connections', 'accepted/s', 'p50 ms', 'p99 ms'],
      [row('one sync an event', 'singly'), row('group commit', 'grouped')],
    ),
    atLeastLine('durable ratio', median(findings.map(({ singly, grouped }) => rateOf(grouped) / rateOf(singly))), BAR),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('durable', 'half a minute'),
  readRoundOptions,
  (options, signal) => playRounds('durable', options, signal, playDurable, report),
);
