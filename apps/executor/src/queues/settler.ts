import { JobicoError } from '@jobico/contract';
import { settle, type Nats, type Outcomes, type Settlement } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';

const PAUSE_MS = 250;

/** Makes outcomes of one queue final, each until it is, or until the queue is lost. */
export interface Settler {
  settle(settlement: Settlement, onDone: (outcome: 'settled' | 'fenced') => void): void;
  /** Settlements that are under way. */
  readonly pending: number;
  /** Ends what is under way without an answer: the queue belongs to another process. */
  abandon(): void;
}

export function createSettler(nats: Nats, outcomes: Outcomes, log: Logger): Settler {
  let epoch = 0;
  let pending = 0;

  const attempt = async (settlement: Settlement, mine: number): Promise<'settled' | 'fenced' | 'abandoned'> => {
    for (let isRepeat = false; ; isRepeat = true) {
      try {
        return await settle(nats, outcomes, settlement, isRepeat);
      } catch (error) {
        if (mine !== epoch) return 'abandoned';
        const { execution } = settlement;
        log.warn(
          { err: error, event: execution.event.id, queue: execution.queue },
          'outcome could not be stored, trying again',
        );
        if (!(error instanceof JobicoError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        if (mine !== epoch) return 'abandoned';
      }
    }
  };

  return {
    get pending() {
      return pending;
    },
    abandon() {
      epoch += 1;
    },
    settle(settlement, onDone) {
      const mine = epoch;
      pending += 1;
      attempt(settlement, mine).then(
        (outcome) => {
          pending -= 1;
          if (outcome === 'abandoned' || mine !== epoch) return;
          logSettled(log, settlement, outcome);
          onDone(outcome);
        },
        (error: unknown) => {
          pending -= 1;
          log.error({ err: error, event: settlement.execution.event.id }, 'outcome cannot be stored');
        },
      );
    },
  };
}

function logSettled(log: Logger, { execution }: Settlement, outcome: 'settled' | 'fenced'): void {
  const { id, tenant, job, event, attempt, status, durationMs, error } = execution;
  log.debug({ id, tenant, job, event: event.id, attempt, status, durationMs, error: error?.code, outcome }, 'settled');
}
