import type { DropResult, RedriveResult } from '@jobico/contract';
import { table } from '../output/table.ts';

type LetterResult = RedriveResult | DropResult;

const FINE: readonly LetterResult['outcome'][] = ['redriven', 'already', 'dropped'];

export const isFine = ({ outcome }: LetterResult) => FINE.includes(outcome);

/** `--json` has them all. */
const SHOWN = 50;

/** The letters with what became of each. */
export function letterResultTable(results: readonly LetterResult[]): string {
  const shown = table(results.slice(0, SHOWN), [
    { header: 'ID', value: ({ id }) => id, align: 'right' },
    { header: 'QUEUE', value: ({ queue }) => queue, shrinks: 'first' },
    { header: 'EVENT', value: ({ event }) => event.name, shrinks: 'first' },
    { header: 'OUTCOME', value: ({ outcome }) => outcome },
    { header: 'REASON', value: ({ reason }) => reason, shrinks: 'first' },
  ]);
  return results.length > SHOWN ? `${shown}\n… and ${results.length - SHOWN} more (--json has them all)` : shown;
}

/** `3 redriven, 1 undeclared` */
export function countsOf(results: readonly LetterResult[]): string {
  const counts = Map.groupBy(results, ({ outcome }) => outcome);
  return [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
}
