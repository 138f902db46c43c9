import type { Nodes } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { QueueSet } from './queue-set.ts';

/** In one go: each hands over what is under way. */
const MOST_AT_ONCE = 16;

/**
 * How many of its ordered queues an executor gives away, so that each executor has about as many. `givenAway`: those that
 * it gave away a moment ago; nobody may have reported them so far.
 */
export function queuesToRelease(mine: number, ofAll: readonly number[], givenAway = 0): number {
  if (ofAll.length < 2) return 0;
  const sum = ofAll.reduce((total, each) => total + each, givenAway);
  const fair = Math.ceil(sum / ofAll.length);
  return Math.min(MOST_AT_ONCE, Math.max(0, mine - fair));
}

/** Gives ordered queues away when other executors have fewer. The server keeps a queue with whoever it pinned first. */
export function startRebalancing(
  { id, intervalMs }: { id: string; intervalMs: number },
  queues: QueueSet,
  nodes: Nodes,
  log: Logger,
): { stop(): void } {
  const look = async () => {
    const executors = (await nodes.list()).filter(({ module }) => module === 'executor');
    const others = executors.filter((node) => node.id !== id).map(({ load }) => load?.queues ?? 0);
    const count = queuesToRelease(queues.pinned, [...others, queues.pinned], queues.resting);
    if (count > 0) await queues.release(count);
  };
  const looking = setInterval(() => {
    look().catch((error: unknown) => log.warn({ err: error }, 'queues could not be balanced'));
  }, intervalMs);
  return { stop: () => clearInterval(looking) };
}
