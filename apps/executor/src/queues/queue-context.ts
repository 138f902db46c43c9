import type { Execution } from '@jobico/contract';
import type { DeclaredEvent, Nats, QueuedEvent, Settlement } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { Admitted } from '../admission.ts';
import type { SandboxLane } from '../sandboxes/pool.ts';
import type { DecisionContext } from '../settlement/build-settlement.ts';
import type { LaneEntry } from './lane.ts';

/** What the events of an ordered queue need of their surroundings. */
export interface QueueContext {
  readonly nats: Nats;
  readonly log: Logger;
  /** No further event is to start: the process drains, or the queue went to another one. */
  isStopping(): boolean;
  /** Whether nothing may be started for an event of that name: its package is paused, or the queue. */
  isPaused(event: string): boolean;
  /** Whether that is so for every event of the queue: then it is given back, and there is no need to move anything. */
  isAtRest(): boolean;
  openSandboxLane(): SandboxLane;
  admit(event: QueuedEvent): Admitted | Promise<Admitted>;
  /** What the live package says of an event now. */
  liveEvent(event: string): DeclaredEvent | undefined;
  /** The latest outcome that is on record of an event. */
  recordedOutcome(event: QueuedEvent): Promise<Execution | undefined>;
  decisionContext(readyAtMs: number): DecisionContext;
  /** Makes an outcome final, trying until it is; then calls back, unless the queue was lost to another process meanwhile. */
  settle(settlement: Settlement, onDone: (outcome: 'settled' | 'fenced') => void): void;
  /**
   * Moves an event that waits, and those behind it, out of the way of other lanes, once `before` is done. The first lane is
   * the one it takes the place of; an event that may be overtaken gets a lane of its own. False where the queue is one lane
   * that waits in place.
   */
  park(lane: string, entries: readonly LaneEntry[], before?: Promise<void>): boolean;
}
