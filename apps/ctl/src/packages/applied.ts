import { setTimeout as delay } from 'node:timers/promises';
import type { Node as NodeState } from '@jobico/contract';
import type { Nodes } from '@jobico/messaging';

export interface AppliedNode {
  id: string;
  module: string;
  applied: boolean;
}

const LOOK_EVERY_MS = 25;

/** Waits until every live node has applied a revision of the definitions; answers as it stands when the time is up. */
export async function untilApplied(nodes: Nodes, revision: number, timeoutMs: number): Promise<AppliedNode[]> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const states = (await nodes.list()).map((node) => stateOf(node, revision));
    if (states.every(({ applied }) => applied) || Date.now() >= until) return states;
    await delay(LOOK_EVERY_MS);
  }
}

function stateOf({ id, module, definitionsRevision }: NodeState, revision: number): AppliedNode {
  return { id, module, applied: definitionsRevision >= revision };
}
