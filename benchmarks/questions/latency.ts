// How long does one event take, from the request to the recorded outcome, when there is nothing to wait for?
import { readOutcomes, untilRecorded } from '../measure/outcomes.ts';
import { quantile } from '../measure/statistics.ts';
import { take, type Trial } from './trial.ts';

export const PER_SECOND = 200;

export interface Latency {
  events: number;
  p50Ms: number;
  p99Ms: number;
}

/** Sends `count` events, one a request, at a steady 200 a second. */
export async function measureLatency(trial: Trial, count: number): Promise<Latency> {
  const { subject, load, signal } = trial;
  const from = take(trial, count);
  const { sentAtMs } = await load.run({ kind: 'pace', url: subject.url, from, count, perSecond: PER_SECOND });
  await untilRecorded(subject, from + count, signal);
  const recordedAtMs = await readOutcomes(subject, from, count);
  const tookMs = recordedAtMs.map((at, index) => at - (sentAtMs[index] ?? 0));
  return { events: count, p50Ms: quantile(tookMs, 0.5), p99Ms: quantile(tookMs, 0.99) };
}
