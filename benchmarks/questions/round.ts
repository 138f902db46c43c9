import type { LoadGenerator } from '../load/start-load.ts';
import { memoryMiB } from '../measure/processes.ts';
import { startJobico } from '../subjects/jobico/start-jobico.ts';
import { startBound } from '../subjects/start-bound.ts';
import { isBound, type StartSubject, type Subject, type SubjectName } from '../subjects/subject.ts';
import { measureLatency, PER_SECOND, type Latency } from './latency.ts';
import { quietly, type Patience } from './quietly.ts';
import { measureThroughput, type Throughput } from './throughput.ts';
import type { Trial } from './trial.ts';

/** How many events each question gets. */
export interface Sizes {
  /** One a request; twice as many in bulk. */
  warmUp: number;
  single: number;
  bulk: number;
  latencySeconds: number;
}

export const BATCH = 100;

/** What was found of one subject in one round. */
export interface Finding {
  subject: SubjectName;
  latency: Latency;
  single: Throughput;
  bulk: Throughput;
  /** MiB by role, after all of it; undefined where the system does not tell. */
  memoryMiB: Record<string, number> | undefined;
}

/** Starts a subject in fresh processes on an empty disk, asks it every question, and ends it. */
export async function playRound(
  name: SubjectName,
  sizes: Sizes,
  patience: Patience,
  load: LoadGenerator,
  options: StartSubject,
): Promise<Finding> {
  await using subject = await (isBound(name) ? startBound(name, options) : startJobico(name, options));
  const trial: Trial = { subject, load, sent: 0, signal: options.signal };
  await measureThroughput(trial, sizes.warmUp, 1);
  await measureThroughput(trial, 2 * sizes.warmUp, BATCH);
  const ask = <F extends Latency | Throughput>(question: () => Promise<F>) =>
    quietly(patience, options.signal, question);
  const latency = await ask(() => measureLatency(trial, sizes.latencySeconds * PER_SECOND));
  const single = await ask(() => measureThroughput(trial, sizes.single, 1));
  const bulk = await ask(() => measureThroughput(trial, sizes.bulk, BATCH));
  return { subject: name, latency, single, bulk, memoryMiB: memoryByRole(subject) };
}

function memoryByRole({ processes }: Subject): Record<string, number> | undefined {
  const found = processes.map(({ role, pid }) => [role, memoryMiB([pid])] as const);
  if (found.some(([, mebibytes]) => mebibytes === undefined)) return undefined;
  return Object.fromEntries(found) as Record<string, number>;
}
