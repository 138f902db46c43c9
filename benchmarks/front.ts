// How fast does the listener take events, beside fronts of the bounds? See README.md.
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { KINDS, playFront, type FrontFinding, type Kind } from './questions/front.ts';
import { atLeastLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';
import type { FrontName } from './subjects/fronts/front.ts';
import type { BoundName } from './subjects/subject.ts';

const ROUNDS = 5;
/** The least of each front's rate that the listener is to take. */
const BARS = { plain: { single: 1.2, bulk: 1.8 }, joined: { single: 0.7, bulk: 0.75 } } as const;
const TITLES: Record<FrontName, string> = { plain: 'plain', joined: 'joined', jobico: 'Jobico' };
const NAMES = Object.keys(TITLES) as FrontName[];

function report(findings: readonly FrontFinding[]): string {
  const rate = ({ found }: FrontFinding, kind: Kind, name: FrontName) =>
    median(found[kind][name].map(({ perSecond }) => perSecond));
  const of = (pick: (finding: FrontFinding) => number) => median(findings.map(pick));
  const cpu = (kind: Kind, name: FrontName, process: 'front' | 'natsServer') =>
    of(({ found }) => median(found[kind][name].map(({ cpuUs }) => cpuUs?.[process] ?? Number.NaN)));
  const table = (kind: Kind, title: string) =>
    lines(
      [title, 'accepted/s', 'front µs', 'nats µs'],
      NAMES.map((name) => [
        TITLES[name],
        Math.round(of((finding) => rate(finding, kind, name))).toLocaleString('en'),
        cpu(kind, name, 'front').toFixed(1),
        cpu(kind, name, 'natsServer').toFixed(1),
      ]),
    );
  const ratio = (kind: Kind, bound: BoundName) =>
    of((finding) => rate(finding, kind, 'jobico') / rate(finding, kind, bound));
  const ratioLine = (title: string, bound: BoundName) => (kind: Kind) =>
    atLeastLine(`${title} ${kind}`, ratio(kind, bound), BARS[bound][kind]);
  return [
    table('single', '1 event a request'),
    table('bulk', '100 events a request'),
    [...KINDS.map(ratioLine('front ratio', 'plain')), ...KINDS.map(ratioLine('front ratio joined', 'joined'))].join(
      '\n',
    ),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('front', 'about half a minute', ROUNDS),
  (args) => readRoundOptions(args, ROUNDS),
  (options, signal) => playRounds('front', options, signal, playFront, report),
);
