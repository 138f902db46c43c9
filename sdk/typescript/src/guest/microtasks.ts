// One queue for the whole component, like the engine's own, which a synchronous component has no way to run.
const queue: (() => void)[] = [];

/** Promises that were rejected while nothing waited for them, and why. */
export const unhandled = new Map<object, unknown>();

export function enqueue(task: () => void): void {
  queue.push(task);
}

/** Whether there is nothing to run, and no rejection to know of. */
export function isIdle(): boolean {
  return queue.length === 0 && unhandled.size === 0;
}

/** Runs what waits, and what that enqueues, until nothing waits. Throws what a task throws. */
export function drain(): void {
  // The queue grows while it is walked.
  for (const task of queue) task();
  queue.length = 0;
}

/** Forgets what an earlier event left behind. */
export function clear(): void {
  queue.length = 0;
  unhandled.clear();
}
