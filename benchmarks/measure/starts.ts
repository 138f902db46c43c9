import { childrenOf } from './processes.ts';

/** A look reads what the system tells of every process, which costs milliseconds. */
const LOOK_MS = 1000;

/**
 * Begins to count the processes that a process starts. What ends sooner than between two looks, one a second, is not
 * seen. The answer, which ends it, is their number.
 */
export function countStarts(parent: number): () => number {
  const before = new Set(childrenOf(parent));
  const seen = new Set<number>();
  const look = () => {
    for (const pid of childrenOf(parent)) if (!before.has(pid)) seen.add(pid);
  };
  const looking = setInterval(look, LOOK_MS);
  // A run that fails ends without the answer.
  looking.unref();
  return () => {
    clearInterval(looking);
    look();
    return seen.size;
  };
}
