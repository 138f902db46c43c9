import type { DeadLetter, Execution } from '@jobico/contract';
import type { QueueName } from '../package/deploy.ts';
import type { Told } from '../load/told-event.ts';

/** An event of the load, as its caller knows of it. */
export interface Sent {
  name: string;
  told: Told;
  isInvalid: boolean;
  by: 'http' | 'nats';
  /** `maybe`: the answer was lost, so it is stored once or not at all. */
  certainty: 'accepted' | 'maybe';
}

/** What was answered to whoever wanted to cancel an event; `unclear`: nothing, in the end. */
export type CancelAnswer = 'cancelled' | 'ended' | 'refused' | 'unclear';

/** A message of a queue. */
export interface Stored {
  queue: QueueName;
  sequence: number;
  name: string;
  /** Its message id. */
  id: string;
  data: unknown;
}

/** A message of the stream of outcomes; they come in the order in which they were recorded. */
export interface Recorded {
  streamSequence: number;
  execution: Execution;
}

/** Everything that a run has left behind. */
export interface Evidence {
  sent: readonly Sent[];
  /** In the order of each queue. */
  stored: readonly Stored[];
  recorded: readonly Recorded[];
  deadLetters: readonly Omit<DeadLetter, 'id'>[];
  /** How many times something was done to a process or a connection. */
  disturbances: number;
  /** By the numbers of the events. */
  cancels: ReadonlyMap<number, CancelAnswer>;
}

/** A promise that was not kept, with what shows it. */
export interface Violation {
  rule: string;
  what: string;
  records: readonly unknown[];
}

/** Names an event for good: its queue and its place in it. */
export const placeOf = ({ queue, sequence }: { queue: string; sequence: number }) => `${queue}:${sequence}`;

export const isTerminal = ({ execution }: Recorded) => execution.status !== 'retry';

/** What is recorded of each event, by its place, in the order in which it was recorded. */
export const recordsByPlace = (recorded: readonly Recorded[]): Map<string, Recorded[]> =>
  Map.groupBy(recorded, ({ execution }) => placeOf(execution));
