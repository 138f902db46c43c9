// Does the listener's memory stay what it is, over a million events? See README.md.
import { runBenchmark } from './entry.ts';
import { playFrontMemory, type FrontMemoryFinding } from './questions/front-memory.ts';
import { barLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';

/** MiB that it may hold more at the end than after the first two parts: less than 3 bytes for an event. */
const HELD_BAR_MIB = 2;
/** How much of what was resident in the first half may be resident at the end. */
const RESIDENT_BAR = 1.1;

function report(findings: readonly FrontMemoryFinding[]): string {
  return findings.map(reportOf).join('\n\n');
}

function reportOf({ held }: FrontMemoryFinding): string {
  const half = held.slice(0, held.length / 2);
  const early = Math.max(...half.map(({ residentMiB }) => residentMiB));
  const [settled, last] = [held[1], held.at(-1)];
  return [
    lines(
      ['events', 'resident MiB', 'held MiB'],
      held.map(({ events, residentMiB, heldMiB }) => [
        events.toLocaleString('en'),
        residentMiB.toFixed(0),
        heldMiB.toFixed(1),
      ]),
    ),
    [
      barLine('front MiB held more', (last?.heldMiB ?? Number.NaN) - (settled?.heldMiB ?? Number.NaN), HELD_BAR_MIB),
      barLine('front resident ratio', (last?.residentMiB ?? Number.NaN) / early, RESIDENT_BAR),
    ].join('\n'),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('front-memory', 'about two minutes', 1),
  (args) => readRoundOptions(args, 1),
  (options, signal) => playRounds('front-memory', options, signal, playFrontMemory, report),
);
