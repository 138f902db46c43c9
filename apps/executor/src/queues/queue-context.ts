import type { DeclaredEvent, Settlement } from '@jobico/messaging';
import type { SandboxLane } from '../sandboxes/pool.ts';
import type { DecisionContext } from '../settlement/build-settlement.ts';

/** What the events of a queue need of their surroundings. */
export interface QueueContext {
  /** No further event is to start: the process drains, or the queue went to another one. */
  isStopping(): boolean;
  openSandboxLane(): SandboxLane;
  /** What the live package says of an event now. */
  liveEvent(event: string): DeclaredEvent | undefined;
  decisionContext(readyAtMs: number): DecisionContext;
  /** Makes an outcome final, trying until it is; then calls back, unless the queue was lost to another process meanwhile. */
  settle(settlement: Settlement, onDone: (outcome: 'settled' | 'fenced') => void): void;
}
