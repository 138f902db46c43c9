import type { EmittedEvent, ExecutionError, Fault, LogLine } from '@jobico/contract';
import type { Inputs } from './host/recorded-inputs.ts';
import type { DeclaredEvent, QueuedEvent } from '@jobico/messaging';

/** One attempt to run an event. */
export interface Attempt {
  declared: DeclaredEvent;
  event: QueuedEvent;
  key: string | undefined;
  /** From 1. */
  attempt: number;
}

/** An attempt as it goes to a sandbox. */
export interface Work extends Attempt {
  /** Called once. */
  onOutcome(outcome: Outcome): void;
}

/** What came of an attempt. */
export type Outcome =
  | Result
  /** It did not run, because of something else: to be sent again, the same attempt. */
  | { kind: 'unrun' };

export interface Result {
  kind: 'ok' | 'failed';
  /** Of an execution that was told of while it ran: the id that its record must have. */
  executionId?: string;
  /** JSON text, with `ok`. */
  result?: string;
  /** With `failed`. */
  error?: ExecutionError;
  emitted: EmittedEvent[];
  logs: LogLine[];
  startedAtMs: number;
  durationMs: number;
  memoryBytes: number;
  hostCalls: number;
  /** Where its job says that they are recorded. */
  inputs?: Inputs;
}

/** Why an event ends as a dead letter without having run. */
export interface Verdict {
  error: ExecutionError;
  faults?: readonly Fault[];
  declared?: DeclaredEvent;
}
