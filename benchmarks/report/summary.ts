import { median } from '../measure/statistics.ts';
import type { Finding } from '../questions/round.ts';
import type { Throughput } from '../questions/throughput.ts';
import { SUBJECTS, type SubjectName } from '../subjects/subject.ts';

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
  /** End to end, as a share of the bound's. */
  ofBound: number;
  /** Sum over its processes; undefined where the system does not tell. */
  cpuSecondsPer1000: number | undefined;
}

export function summarise(findings: readonly Finding[]): Summary[] {
  const of = (name: SubjectName) => findings.filter(({ subject }) => subject === name);
  const bound = of('bound');
  return SUBJECTS.map((subject): Summary => {
    const own = of(subject);
    return {
      subject,
      single: ratesOf(
        own.map(({ single }) => single),
        bound.map(({ single }) => single),
      ),
      bulk: ratesOf(
        own.map(({ bulk }) => bulk),
        bound.map(({ bulk }) => bulk),
      ),
      p50Ms: median(own.map(({ latency }) => latency.p50Ms)),
      p99Ms: median(own.map(({ latency }) => latency.p99Ms)),
      memoryMiB: medianOfSums(own.map(({ memoryMiB }) => memoryMiB)),
    };
  });
}

/** The largest share of the cores that others took while anything was measured; undefined where the system does not tell. */
export function othersShareOf(findings: readonly Finding[]): number | undefined {
  const shares = findings.flatMap(({ latency, single, bulk }) =>
    [latency, single, bulk].flatMap(({ othersShare }) => othersShare ?? []),
  );
  return shares.length > 0 ? Math.max(...shares) : undefined;
}

function ratesOf(own: readonly Throughput[], bound: readonly Throughput[]): Rates {
  const endToEnd = (found: readonly Throughput[]) => median(found.map(({ endToEndPerSecond }) => endToEndPerSecond));
  return {
    acceptedPerSecond: median(own.map(({ acceptedPerSecond }) => acceptedPerSecond)),
    endToEndPerSecond: endToEnd(own),
    ofBound: endToEnd(own) / endToEnd(bound),
    cpuSecondsPer1000: medianOfSums(own.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000)),
  };
}

function medianOfSums(found: readonly (Record<string, number> | undefined)[]): number | undefined {
  const sums = found.flatMap((each) => (each ? [Object.values(each).reduce((sum, value) => sum + value, 0)] : []));
  return sums.length === found.length ? median(sums) : undefined;
}
