import type { LoadGenerator } from '../load/start-load.ts';
import type { Subject } from '../subjects/subject.ts';

/** A subject that runs, and how many orders it has been sent: every order is sent once in its life. */
export interface Trial {
  subject: Subject;
  load: LoadGenerator;
  sent: number;
  signal: AbortSignal;
}

/** The numbers of the next `count` orders begin with the answer. */
export function take(trial: Trial, count: number): number {
  const from = trial.sent;
  trial.sent += count;
  return from;
}
