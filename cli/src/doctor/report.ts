import { neutralise } from '../output/neutralise.ts';
import { style } from '../output/style.ts';
import { SEVERITIES, type Finding, type Severity } from './finding.ts';

const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: '·', ok: '✓' };
const COLOURS = { error: 'red', warning: 'yellow', info: 'dim', ok: 'green' } as const;

export function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((each) => each.severity === severity).length;
}

/** Each finding on a line, with what to do below it. */
export function textReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, severity, message, fix }) => [
    `${style(COLOURS[severity], MARKS[severity])} ${check.padEnd(width)}  ${neutralise(message)}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  → ${neutralise(fix)}`]),
  ]);
  const [errors, warnings] = [countOf(findings, 'error'), countOf(findings, 'warning')];
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const sum = errors + warnings === 0 ? 'All is well.' : `${many(errors, 'error')}, ${many(warnings, 'warning')}.`;
  return [...lines, '', sum].join('\n');
}

/** For a text file collector, or whatever else reads the format of Prometheus. */
export function prometheusReport(findings: readonly Finding[]): string {
  const count = (severity: Severity) => `jobico_doctor_findings{severity="${severity}"} ${countOf(findings, severity)}`;
  return [
    '# HELP jobico_doctor_findings Findings of jobico doctor, by severity',
    '# TYPE jobico_doctor_findings gauge',
    ...SEVERITIES.map(count),
    '# HELP jobico_doctor_check 1 where a check found nothing to repair',
    '# TYPE jobico_doctor_check gauge',
    ...[...Map.groupBy(findings, ({ check }) => check)].map(([check, of]) => {
      const isFine = of.every(({ severity }) => severity === 'ok' || severity === 'info');
      return `jobico_doctor_check{check="${check}"} ${isFine ? 1 : 0}`;
    }),
  ].join('\n');
}
