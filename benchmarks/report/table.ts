import { NOISY_SHARE } from '../measure/others.ts';
import { TITLES } from '../subjects/subject.ts';
import type { Rates, Summary } from './summary.ts';

export type Row = [title: string, ...figures: string[]];

/** The figures as people read them. */
export function tableOf(summaries: readonly Summary[]): string {
  return [
    lines(
      ['1 event a request', 'accepted/s', 'end to end/s', 'of bound', 'CPU s/1,000'],
      summaries.map(ratesRow('single')),
    ),
    lines(
      ['100 events a request', 'accepted/s', 'end to end/s', 'of bound', 'CPU s/1,000'],
      summaries.map(ratesRow('bulk')),
    ),
    lines(['at 200 events/s', 'p50 ms', 'p99 ms', 'memory MiB', ''], summaries.map(latencyRow)),
  ].join('\n\n');
}

/** The lines that are compared from run to run. */
export function ratioLines(summaries: readonly Summary[]): string {
  const of = (name: Summary['subject'], kind: 'single' | 'bulk') =>
    (summaries.find(({ subject }) => subject === name)?.[kind].ofBound ?? Number.NaN).toFixed(2);
  return [
    `ratio single: ${of('strict', 'single')}`,
    `ratio bulk: ${of('strict', 'bulk')}`,
    `with 100 keys: single ${of('keyed', 'single')}, bulk ${of('keyed', 'bulk')}`,
  ].join('\n');
}

/** Whether the figures are the subjects' alone. */
export function othersLine(share: number | undefined): string {
  if (share === undefined) return 'what other programs took of the cores meanwhile was not measured';
  const line = `other programs took at most ${(share * 100).toFixed(0)}% of the cores meanwhile`;
  return share > NOISY_SHARE ? `${line}: the figures are theirs too, run it again when the machine is quiet` : line;
}

function ratesRow(kind: 'single' | 'bulk'): (summary: Summary) => Row {
  return (summary) => {
    const { acceptedPerSecond, endToEndPerSecond, ofBound, cpuSecondsPer1000 }: Rates = summary[kind];
    return [
      TITLES[summary.subject],
      whole(acceptedPerSecond),
      whole(endToEndPerSecond),
      ofBound.toFixed(2),
      cpuSecondsPer1000?.toFixed(3) ?? 'not measured',
    ];
  };
}

function latencyRow({ subject, p50Ms, p99Ms, memoryMiB }: Summary): Row {
  const memory = memoryMiB === undefined ? 'not measured' : whole(memoryMiB);
  return [TITLES[subject], p50Ms.toFixed(1), p99Ms.toFixed(1), memory, ''];
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Columns under their headers. */
export function lines(header: Row, rows: readonly Row[]): string {
  return [header, ...rows]
    .map(([title, ...figures]) => (title.padEnd(22) + figures.map((figure) => figure.padStart(14)).join('')).trimEnd())
    .join('\n');
}
