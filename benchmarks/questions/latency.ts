// How long does one event take, from the request to the recorded outcome, when there is nothing to wait for?
import { watchOthers } from '../measure/others.ts';
import { readOutcomes, untilRecorded } from '../measure/outcomes.ts';
import { quantile } from '../measure/statistics.ts';
import { take, type Trial } from './trial.ts';

export const PER_SECOND = 200;

export interface Latency {
  events: number;
  p50Ms: number;
  p99Ms: number;
  /** Share of the machine's cores that other programs took meanwhile, 0 to 1; undefined where the system does not tell. */
  othersShare: number | undefined;
}

/** Sends `count` events, one a request, at a steady 200 a second. */
export async function measureLatency(trial: Trial, count: number): Promise<Latency> {
  const { subject, load, signal } = trial;
  const from = take(trial, count);
  const othersShare = watchOthers();
  const { sentAtMs } = await load.run({ kind: 'pace', url: subject.url, from, count, perSecond: PER_SECOND });
  await untilRecorded(subject, from + count, signal);
  const others = othersShare();
  const recordedAtMs = await readOutcomes(subject, from, count);
  const tookMs = recordedAtMs.map((at, index) => at - (sentAtMs[index] ?? 0));
  return { events: count, p50Ms: quantile(tookMs, 0.5), p99Ms: quantile(tookMs, 0.99), othersShare: others };
}
