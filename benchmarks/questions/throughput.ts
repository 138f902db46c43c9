// How many events a second, and what does one cost?
import { watchOthers } from '../measure/others.ts';
import { readOutcomes, untilRecorded } from '../measure/outcomes.ts';
import { cpuSeconds } from '../measure/processes.ts';
import { take, type Trial } from './trial.ts';

export interface Throughput {
  events: number;
  /** Answered with 202, a second. */
  acceptedPerSecond: number;
  /** From the first request until the last outcome is recorded. */
  endToEndPerSecond: number;
  /** By role; undefined where the system does not tell. */
  cpuSecondsPer1000: Record<string, number> | undefined;
  /** Share of the machine's cores that other programs took meanwhile, 0 to 1; undefined where the system does not tell. */
  othersShare: number | undefined;
}

/** Sends `count` events, `batch` a request, as fast as they are taken, and waits for the outcome of each. */
export async function measureThroughput(trial: Trial, count: number, batch: number): Promise<Throughput> {
  const { subject, load, signal } = trial;
  const from = take(trial, count);
  const othersShare = watchOthers();
  const before = cpuByRole(trial);
  const { startedAtMs, endedAtMs } = await load.run({ kind: 'flood', url: subject.url, from, count, batch });
  const recordedAtMs = await untilRecorded(subject, from + count, signal);
  const after = cpuByRole(trial);
  const others = othersShare();
  await readOutcomes(subject, from, count);
  const perSecond = (untilMs: number) => (count * 1000) / (untilMs - startedAtMs);
  const spent = Object.entries(after).map(([role, seconds]) => [
    role,
    ((seconds - (before[role] ?? 0)) * 1000) / count,
  ]);
  return {
    events: count,
    acceptedPerSecond: perSecond(endedAtMs),
    endToEndPerSecond: perSecond(recordedAtMs),
    cpuSecondsPer1000: spent.length > 0 ? (Object.fromEntries(spent) as Record<string, number>) : undefined,
    othersShare: others,
  };
}

function cpuByRole({ subject }: Trial): Record<string, number> {
  const seconds = subject.processes.map(({ role, pid }) => [role, cpuSeconds([pid])] as const);
  return Object.fromEntries(seconds.flatMap(([role, spent]) => (spent === undefined ? [] : [[role, spent]])));
}
