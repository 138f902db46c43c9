// What do a hundred tenants cost that together send as much as one? See README.md.
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { playTenants, type Shared, type TenantsFinding } from './questions/tenants.ts';
import { barLine } from './report/bars.ts';
import { lines } from './report/table.ts';
import { playRounds, readRoundOptions, usageOf } from './rounds.ts';

/** How much more the same events may cost, and how much longer they may take, when they are of many tenants. */
const CPU_BAR = 1.5;
const P95_BAR = 3;

const cpuOf = ({ cpuSecondsPer1000 }: Shared) =>
  Object.values(cpuSecondsPer1000 ?? { none: Number.NaN }).reduce((sum, each) => sum + each, 0);

function report(findings: readonly TenantsFinding[]): string {
  const of = (pick: (finding: TenantsFinding) => number) => median(findings.map(pick));
  const row = (title: string, which: 'one' | 'many'): [string, ...string[]] => [
    title,
    of((finding) => finding[which].p50Ms).toFixed(1),
    of((finding) => finding[which].p95Ms).toFixed(1),
    of((finding) => cpuOf(finding[which])).toFixed(3),
    of((finding) => finding[which].started).toFixed(0),
  ];
  const roles = Object.keys(findings[0]?.one.cpuSecondsPer1000 ?? {}).map((role): [string, ...string[]] => [
    `  ${role}`,
    of(({ one }) => one.cpuSecondsPer1000?.[role] ?? Number.NaN).toFixed(3),
    of(({ many }) => many.cpuSecondsPer1000?.[role] ?? Number.NaN).toFixed(3),
  ]);
  const { tenants, perSecond } = findings[0]?.size ?? { tenants: 0, perSecond: 0 };
  return [
    lines(
      [`${perSecond} events/s in all`, 'p50 ms', 'p95 ms', 'CPU s/1,000', 'starts'],
      [row('one tenant', 'one'), row(`${tenants} tenants`, 'many')],
    ),
    `executor and sandboxes hold ${of(({ memoryMiB }) => memoryMiB ?? Number.NaN).toFixed(0)} MiB at the end`,
    lines(['CPU s/1,000 by process', 'one tenant', `${tenants} tenants`], roles),
    [
      barLine(
        'tenants CPU ratio',
        of(({ one, many }) => cpuOf(many) / cpuOf(one)),
        CPU_BAR,
      ),
      barLine(
        'tenants p95 ratio',
        of(({ one, many }) => many.p95Ms / one.p95Ms),
        P95_BAR,
      ),
    ].join('\n'),
  ].join('\n\n');
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('tenants', 'about a minute and a half'),
  readRoundOptions,
  (options, signal) => playRounds('tenants', options, signal, playTenants, report),
);
