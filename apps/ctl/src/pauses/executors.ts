import { setTimeout as delay } from 'node:timers/promises';
import type { Node as NodeState, PauseState } from '@jobico/contract';
import type { Nodes } from '@jobico/messaging';

const LOOK_EVERY_MS = 25;

/** Waits until every live executor has come as far, or the time is up; answers how they stand then. */
export async function untilExecutors(
  nodes: Nodes,
  revision: number,
  hasCome: (executor: PauseState['nodes'][number]) => boolean,
  timeoutMs: number,
): Promise<PauseState['nodes']> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const executors = (await nodes.list()).filter(({ module }) => module === 'executor');
    const states = executors.map((node) => stateOf(node, revision));
    if (states.every(hasCome) || Date.now() >= until) return states;
    await delay(LOOK_EVERY_MS);
  }
}

function stateOf({ id, module, definitionsRevision, restRevision = 0 }: NodeState, revision: number) {
  return { id, module, applied: definitionsRevision >= revision, atRest: restRevision >= revision };
}
