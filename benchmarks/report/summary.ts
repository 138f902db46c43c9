import { median } from '../measure/statistics.ts';
import type { ColdStart } from '../questions/cold-start.ts';
import type { Finding } from '../questions/round.ts';
import type { Throughput } from '../questions/throughput.ts';
import { SUBJECTS, type BoundName, type SubjectName } from '../subjects/subject.ts';

/** The medians of a subject over the rounds. */
export interface Summary {
  subject: SubjectName;
  single: Rates;
  bulk: Rates;
  p50Ms: number;
  p99Ms: number;
  /** Sum over its processes; undefined where the system does not tell. */
  memoryMiB: number | undefined;
}

export interface Rates {
  acceptedPerSecond: number;
  endToEndPerSecond: number;
  /** End to end, as a share of each bound's. */
  of: Record<BoundName, number>;
  /** Sum over its processes; undefined where the system does not tell. */
  cpuSecondsPer1000: number | undefined;
  /** The same as a share of the plain bound's. */
  cpuOfPlain: number | undefined;
}

export function summarise(findings: readonly Finding[]): Summary[] {
  const of = (name: SubjectName) => findings.filter(({ subject }) => subject === name);
  const rates = (subject: SubjectName, kind: 'single' | 'bulk') => {
    const found = (name: SubjectName) => of(name).map((finding) => finding[kind]);
    return ratesOf(found(subject), { plain: found('plain'), joined: found('joined') });
  };
  return SUBJECTS.map((subject): Summary => {
    const own = of(subject);
    return {
      subject,
      single: rates(subject, 'single'),
      bulk: rates(subject, 'bulk'),
      p50Ms: median(own.map(({ latency }) => latency.p50Ms)),
      p99Ms: median(own.map(({ latency }) => latency.p99Ms)),
      memoryMiB: medianOfSums(own.map(({ memoryMiB }) => memoryMiB)),
    };
  });
}

/** The largest share of the cores that others took while anything was measured; undefined where the system does not tell. */
export function othersShareOf(findings: readonly Finding[], coldStart: ColdStart): number | undefined {
  const found = [coldStart, ...findings.flatMap(({ latency, single, bulk }) => [latency, single, bulk])];
  const shares = found.flatMap(({ othersShare }) => othersShare ?? []);
  return shares.length > 0 ? Math.max(...shares) : undefined;
}

function ratesOf(own: readonly Throughput[], bounds: Record<BoundName, readonly Throughput[]>): Rates {
  const endToEnd = (found: readonly Throughput[]) => median(found.map(({ endToEndPerSecond }) => endToEndPerSecond));
  const cpu = (found: readonly Throughput[]) => medianOfSums(found.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000));
  const [spent, plainSpent] = [cpu(own), cpu(bounds.plain)];
  return {
    acceptedPerSecond: median(own.map(({ acceptedPerSecond }) => acceptedPerSecond)),
    endToEndPerSecond: endToEnd(own),
    of: { plain: endToEnd(own) / endToEnd(bounds.plain), joined: endToEnd(own) / endToEnd(bounds.joined) },
    cpuSecondsPer1000: spent,
    cpuOfPlain: spent === undefined || plainSpent === undefined ? undefined : spent / plainSpent,
  };
}

function medianOfSums(found: readonly (Record<string, number> | undefined)[]): number | undefined {
  const sums = found.flatMap((each) => (each ? [Object.values(each).reduce((sum, value) => sum + value, 0)] : []));
  return sums.length === found.length ? median(sums) : undefined;
}
