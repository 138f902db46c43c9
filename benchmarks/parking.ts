// What does a key cost the others that waits for its next attempt? See README.md.
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { playParking, type Memory, type ParkingFinding } from './questions/parking.ts';
import { barLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';

/** How much longer the events of other keys may take, at the 95th percentile. */
const P95_BAR = 1.2;
/** MiB that the executor may hold more after the key has waited: less than 32 bytes for each event that went by. */
const HELD_BAR = 2;

const grewBy = ({ heldMiB: [before, after] }: Memory) => after - before;

function report(findings: readonly ParkingFinding[]): string {
  const of = (pick: (finding: ParkingFinding) => number) => median(findings.map(pick));
  const row = (title: string, which: 'alone' | 'beside'): [string, ...string[]] => [
    title,
    of((finding) => finding[which].p50Ms).toFixed(1),
    of((finding) => finding[which].p95Ms).toFixed(1),
    of(({ memory }) => median(memory[which].residentMiB.slice(0, 5))).toFixed(0),
    of(({ memory }) => median(memory[which].residentMiB.slice(-5))).toFixed(0),
    of(({ memory }) => grewBy(memory[which])).toFixed(1),
  ];
  const { keys, perSecond } = findings[0]?.size ?? { keys: 0, perSecond: 0 };
  const { attempts, behind, seconds } = findings[0]?.waiting ?? { attempts: 0, behind: 0, seconds: 0 };
  return [
    lines(
      [`${perSecond}/s, ${keys} keys`, 'p50 ms', 'p95 ms', 'RSS first', 'RSS last', 'held +MiB'],
      [row('no key waits', 'alone'), row('one key waits', 'beside')],
    ),
    `the key was tried ${attempts} times in ${seconds.toFixed(0)} s, ${behind} of its events waited behind it; all keys kept their order`,
    [
      barLine(
        'parking p95 ratio',
        of(({ beside, alone }) => beside.p95Ms / alone.p95Ms),
        P95_BAR,
      ),
      barLine(
        'parking MiB held more',
        of(({ memory }) => grewBy(memory.beside)),
        HELD_BAR,
        1,
      ),
    ].join('\n'),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('parking', 'two and a half minutes'),
  readRoundOptions,
  (options, signal) => playRounds('parking', options, signal, playParking, report),
);
