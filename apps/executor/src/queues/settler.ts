import { JobicoError, type Execution } from '@jobico/contract';
import { settle, type Nats, type Outcomes, type Settlement, type SubjectOf } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import { settleTooLarge } from '../settlement/build-settlement.ts';
import { createRetries } from './retries.ts';

/** Makes outcomes of one queue final, each until it is, or until the queue is lost. */
export interface Settler {
  settle(settlement: Settlement, onDone: (outcome: 'settled' | 'fenced') => void): void;
  /** Settlements that are under way. */
  readonly pending: number;
  /** Ends what is under way without an answer: the queue belongs to another process. */
  abandon(): void;
}

interface Job {
  settlement: Settlement;
  onDone: (outcome: 'settled' | 'fenced') => void;
  epoch: number;
  /** In the order they came. */
  number: number;
  isRepeat: boolean;
  isRecorded: boolean;
  /** Whether it stands for an outcome that was too large. */
  isShortened: boolean;
}

/**
 * Outcomes are recorded in the order they come, also when the server was away: what is on record of a lane must never have
 * a gap, for the event in it would run again after those behind it. So while one could not be recorded, those that come
 * are held back behind it, and then all of them are sent again in order, some at a time.
 */
export function createSettler(
  nats: Nats,
  outcomes: Outcomes,
  log: Logger,
  subjectOf?: SubjectOf,
  onSettled?: (execution: Execution) => void,
): Settler {
  let epoch = 0;
  let pending = 0;
  let count = 0;
  const begin = (job: Job): Promise<void> => {
    const { settlement, isRepeat } = job;
    const onRecorded = () => void (job.isRecorded = true);
    return settle(nats, outcomes, settlement, { isRepeat, onRecorded, ...(subjectOf && { subjectOf }) }).then(
      (outcome) => end(job, outcome),
      (error: unknown) => onFailure(job, error),
    );
  };

  const end = (job: Job, outcome: 'settled' | 'fenced') => {
    pending -= 1;
    if (job.epoch !== epoch) return;
    logSettled(log, job.settlement, outcome);
    if (outcome === 'settled') onSettled?.(job.settlement.execution);
    job.onDone(outcome);
  };

  const onFailure = (job: Job, error: unknown): Promise<void> | undefined => {
    const { execution } = job.settlement;
    if (job.epoch !== epoch || !(error instanceof JobicoError)) {
      pending -= 1;
      if (job.epoch === epoch) log.error({ err: error, event: execution.event.id }, 'outcome cannot be stored');
      return undefined;
    }
    if (error.code === 'too-large' && !job.isRecorded && !job.isShortened) {
      log.error({ err: error, event: execution.event.id, queue: execution.queue }, 'outcome is too large to be stored');
      job.isShortened = true;
      job.settlement = settleTooLarge(job.settlement, error.message);
      return begin(job);
    }
    // When the server is away that is one line, not one for every event and try.
    const level = job.isRepeat || !unrecorded.isEmpty ? 'debug' : 'warn';
    log[level](
      { err: error, event: execution.event.id, queue: execution.queue },
      'outcome could not be stored, trying again',
    );
    job.isRepeat = true;
    // What fails by itself, and not because the server is away, holds up nobody else.
    (job.isRecorded || error.code !== 'unavailable' ? unfinished : unrecorded).add(job);
    return undefined;
  };

  const again = async (job: Job) => {
    if (job.epoch === epoch) await begin(job);
    else pending -= 1;
  };
  const unrecorded = createRetries<Job>(again);
  const unfinished = createRetries<Job>(again);

  return {
    get pending() {
      return pending;
    },
    abandon() {
      epoch += 1;
    },
    settle(settlement, onDone) {
      pending += 1;
      const job: Job = {
        settlement,
        onDone,
        epoch,
        number: (count += 1),
        isRepeat: false,
        isRecorded: false,
        isShortened: false,
      };
      if (unrecorded.isEmpty) void begin(job);
      else unrecorded.join(job);
    },
  };
}

function logSettled(log: Logger, { execution }: Settlement, outcome: 'settled' | 'fenced'): void {
  const { id, tenant, job, event, attempt, status, durationMs, error } = execution;
  log.debug({ id, tenant, job, event: event.id, attempt, status, durationMs, error: error?.code, outcome }, 'settled');
}
