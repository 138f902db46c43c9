import { availableParallelism, totalmem } from 'node:os';

const MIB = 2 ** 20;
/** Of a sandbox with a component of a megabyte or two that has run for a while, and something to spare. */
const SANDBOX_BYTES = 64 * MIB;
/** The rest is for the modules, nats-server and what components allocate. */
const SHARE_OF_MEMORY = 0.5;
const FEWEST = 8;

/**
 * Sandbox processes that may live at once: as many as half of the memory holds, so that every active tenant keeps a warm
 * one. The cores do not count here: a sandbox that waits for events needs none.
 */
export function sandboxesFor(memoryBytes: number): number {
  return Math.max(FEWEST, Math.floor((memoryBytes * SHARE_OF_MEMORY) / SANDBOX_BYTES));
}

/** Of this machine, or of the container that this process is in. */
export function memoryHere(): number {
  // 0 or an absurd number where nothing limits the process.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What of the sandboxes is limited by cores. */
export interface CoreLimits {
  /** Processes that start at once: each takes a core for a while. */
  startsAtOnce: number;
  /** Milliseconds between two replacements of a sandbox that is in use. */
  recycleMs: number;
}

/** A start takes about 150 ms of a core: so many of them leave two thirds of the cores to the events. */
const RECYCLE_MS = 500;

export function coreLimitsHere(cores = availableParallelism()): CoreLimits {
  return { startsAtOnce: cores, recycleMs: RECYCLE_MS / cores };
}
