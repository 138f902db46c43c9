import type { Followed } from '@jobico/contract';
import { executionLines, liveLines } from './describe-execution.ts';
import { createShownLines } from './shown-lines.ts';

/** What to print of each thing that comes: lines of an execution once, whether they came while it ran or at its end. */
export function createFollowView(): (item: Followed) => string[] {
  const shown = createShownLines();
  /** Whose lines stand last; what follows of them needs no head. */
  let last: string | undefined;
  return (item) => {
    if ('execution' in item) {
      last = undefined;
      return executionLines(item.execution, shown.rest(item.execution));
    }
    const fresh = shown.fresh(item.live);
    if (fresh.length === 0) return [];
    const isHeaded = last !== item.live.execution;
    last = item.live.execution;
    return liveLines(item.live, fresh, isHeaded);
  };
}
