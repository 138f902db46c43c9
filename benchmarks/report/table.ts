import { NOISY_SHARE } from '../measure/others.ts';
import type { ColdStart } from '../questions/cold-start.ts';
import { TITLES, type SubjectName } from '../subjects/subject.ts';
import type { Rates, Summary } from './summary.ts';

export type Row = [title: string, ...figures: string[]];

const RATES = ['accepted/s', 'end to end/s', 'of plain', 'of joined', 'CPU s/1,000', 'CPU of plain'];
const NOT_MEASURED = 'not measured';

/** The figures as people read them. */
export function tableOf(summaries: readonly Summary[]): string {
  return [
    lines(['1 event a request', ...RATES], summaries.map(ratesRow('single'))),
    lines(['100 events a request', ...RATES], summaries.map(ratesRow('bulk'))),
    lines(['at 200 events/s', 'p50 ms', 'p99 ms', 'memory MiB'], summaries.map(latencyRow)),
  ].join('\n\n');
}

/** The lines that are compared from run to run. */
export function ratioLines(summaries: readonly Summary[]): string {
  const lineOf = (title: string, of: (rates: Rates) => number | undefined) => (kind: Kind, subject: SubjectName) => {
    const rates = summaries.find((summary) => summary.subject === subject)?.[kind];
    return `${title} ${kind}: ${(rates && of(rates))?.toFixed(2) ?? NOT_MEASURED}`;
  };
  const all = [
    lineOf('ratio', ({ of }) => of.plain),
    lineOf('ratio joined', ({ of }) => of.joined),
    lineOf('ratio cpu', ({ cpuOfPlain }) => cpuOfPlain),
  ];
  const linesOf = (subject: SubjectName) => all.flatMap((line) => [line('single', subject), line('bulk', subject)]);
  return [...linesOf('strict'), ...linesOf('keyed').map((line) => `with 100 keys: ${line}`)].join('\n');
}

/** The latencies that are compared from run to run. */
export function latencyLines(summaries: readonly Summary[]): string {
  return summaries
    .map(({ subject, p50Ms, p99Ms }) => `p50/p99 ${TITLES[subject]}: ${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)} ms`)
    .join('\n');
}

export function coldStartLine({ medianMs, tookMs }: ColdStart): string {
  const [best, worst] = [Math.min(...tookMs), Math.max(...tookMs)];
  return `cold start: ${medianMs.toFixed(0)} ms, from ${best} to ${worst} ms over ${tookMs.length} jobs`;
}

/** Whether the figures are the subjects' alone. */
export function othersLine(share: number | undefined): string {
  if (share === undefined) return 'what other programs took of the cores meanwhile was not measured';
  const line = `other programs took at most ${(share * 100).toFixed(0)}% of the cores meanwhile`;
  return share > NOISY_SHARE ? `${line}: the figures are theirs too, run it again when the machine is quiet` : line;
}

type Kind = 'single' | 'bulk';

function ratesRow(kind: Kind): (summary: Summary) => Row {
  return (summary) => {
    const { acceptedPerSecond, endToEndPerSecond, of, cpuSecondsPer1000, cpuOfPlain }: Rates = summary[kind];
    return [
      TITLES[summary.subject],
      whole(acceptedPerSecond),
      whole(endToEndPerSecond),
      of.plain.toFixed(2),
      of.joined.toFixed(2),
      cpuSecondsPer1000?.toFixed(3) ?? NOT_MEASURED,
      cpuOfPlain?.toFixed(2) ?? NOT_MEASURED,
    ];
  };
}

function latencyRow({ subject, p50Ms, p99Ms, memoryMiB }: Summary): Row {
  const memory = memoryMiB === undefined ? NOT_MEASURED : whole(memoryMiB);
  return [TITLES[subject], p50Ms.toFixed(1), p99Ms.toFixed(1), memory];
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Columns under their headers. */
export function lines(header: Row, rows: readonly Row[]): string {
  return [header, ...rows]
    .map(([title, ...figures]) => (title.padEnd(22) + figures.map((figure) => figure.padStart(13)).join('')).trimEnd())
    .join('\n');
}
