import { checkAcceptance } from './acceptance.ts';
import { checkCancelled } from './cancelled.ts';
import { checkDeadLetters } from './dead-letters.ts';
import type { Evidence, Violation } from './evidence.ts';
import { checkOrder } from './order.ts';
import { checkOutcomes, checkOutcomesAsTold } from './outcomes.ts';
import { checkOutgoing, checkRoutes } from './outgoing.ts';
import { checkRepeats } from './repeats.ts';

const CHECKS = [
  checkAcceptance,
  checkOutcomes,
  checkOutcomesAsTold,
  checkOutgoing,
  checkRoutes,
  checkDeadLetters,
  checkOrder,
  checkRepeats,
  checkCancelled,
] as const;

/** Every promise that was not kept. */
export function check(evidence: Evidence): Violation[] {
  return CHECKS.flatMap((each) => each(evidence));
}
