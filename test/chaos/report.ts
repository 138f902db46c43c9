import { isTerminal, type Evidence, type Violation } from './check/evidence.ts';
import { countRepeats } from './check/repeats.ts';

const STATUSES = ['ok', 'failed', 'dead', 'cancelled'];

/** What happened, in a few lines. */
export function summaryOf(
  evidence: Evidence,
  answers: ReadonlyMap<string, number>,
  violations: readonly Violation[],
): string {
  const { sent, stored, recorded, deadLetters, disturbances, cancels } = evidence;
  const terminal = recorded.filter(isTerminal);
  const count = (status: string) => recorded.filter(({ execution }) => execution.status === status).length;
  const maybe = sent.filter(({ certainty }) => certainty === 'maybe').length;
  const outgoing = stored.filter(({ queue }) => queue !== 'keyed').length;
  const lines: [string, string][] = [
    ['accepted', `${sent.length - maybe} events; ${maybe} more got no clear answer`],
    ['stored', `${stored.length - outgoing} of them, and ${outgoing} routed or raised`],
    ['outcomes', `${terminal.length} terminal: ${STATUSES.map((status) => `${count(status)} ${status}`).join(', ')}`],
    [
      'cancels',
      [...Map.groupBy(cancels.values(), String)].map(([answer, all]) => `${all.length} ${answer}`).join(', '),
    ],
    ['attempts', `${recorded.length} recorded, ${count('retry')} of them to be tried again`],
    ['repeats', `${countRepeats(recorded)}, each marked by its attempt`],
    ['dead letters', String(deadLetters.length)],
    ['broken', `${disturbances} times`],
    ['answers', [...answers].map(([answer, times]) => `${times} × ${answer}`).join(', ')],
    ['violations', String(violations.length)],
  ];
  return [...lines.map(([name, text]) => `${name.padEnd(14)}${text}`), ...shown(violations)].join('\n');
}

const SHOWN = 5;

/** The first of each rule; all of them are in the folder. */
function shown(violations: readonly Violation[]): string[] {
  return [...Map.groupBy(violations, ({ rule }) => rule)].flatMap(([rule, broken]) => [
    '',
    `NOT KEPT: ${rule} (${broken.length})`,
    ...broken.slice(0, SHOWN).map(({ what }) => `  ${what}`),
  ]);
}
