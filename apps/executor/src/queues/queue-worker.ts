import type { Execution } from '@jobico/contract';
import type { Cancellations, Definitions, Nats } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { Admission } from '../admission.ts';
import type { SandboxPool } from '../sandboxes/pool.ts';

export interface QueueDeps {
  nats: Nats;
  definitions: Definitions;
  cancellations: Cancellations;
  admission: Admission;
  pool: SandboxPool;
  log: Logger;
  /** This executor, as records name it. */
  node: string;
  /** Called for each outcome that this executor has made final. */
  onSettled?: ((execution: Execution) => void) | undefined;
}

/** Works one queue. */
export interface QueueWorker {
  /** Whether this executor alone has the queue now; never true of an unordered one. */
  readonly isPinned: boolean;
  /** Events that are delivered here and not settled. */
  readonly inFlight: number;
  /** Runs what is parked and has no lane here; nothing, of a queue that parks nothing. */
  resumeParked(): Promise<void>;
  /** Looks again at what may run: calls back what may not and has not started, goes on with what may. */
  pausesChanged(): void;
  /** Starts nothing further, waits up to `graceMs` for what runs, and lets other executors have the queue. */
  stop(graceMs: number): Promise<void>;
}

/** Waits until a condition holds, or the time is over. */
export async function settled(holds: () => boolean, graceMs: number): Promise<void> {
  const until = Date.now() + graceMs;
  while (!holds() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
}
