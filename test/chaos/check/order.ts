import { isTerminal, type Evidence, type Recorded, type Violation } from './evidence.ts';

const rule = 'events of a key run one after another';

/** Clocks tell milliseconds, and a sandbox that died is dated by its supervisor. */
const TOLERANCE_MS = 5;

/**
 * Within a key (the strict queue is one), by what is recorded: everything of an event before anything of the next, and no
 * event starts before the one before it has returned its outcome. One that was cancelled ends where it is, out of its turn.
 */
export function checkOrder({ recorded }: Evidence): Violation[] {
  const ordered = recorded.filter(({ execution: { queue, status } }) => queue !== 'loose' && status !== 'cancelled');
  const byKey = Map.groupBy(ordered, ({ execution }) =>
    execution.queue === 'strict' ? 'strict' : `keyed/${execution.event.key ?? ''}`,
  );
  return [...byKey].flatMap(([key, records]) => judgeKey(key, records));
}

function judgeKey(key: string, records: readonly Recorded[]): Violation[] {
  const violations: Violation[] = [];
  let latest: Recorded | undefined;
  let end: Recorded | undefined;
  for (const record of records) {
    if (latest && record.execution.sequence < latest.execution.sequence) {
      const what = `${key}: ${nameOf(record)} is recorded after ${nameOf(latest)}`;
      violations.push({ rule, what, records: [latest, record] });
      continue;
    }
    if (end && record.execution.sequence > end.execution.sequence) {
      const earlyMs = endMs(end) - Date.parse(record.execution.startedAt);
      const what = `${key}: ${nameOf(record)} started ${earlyMs.toFixed(1)} ms before ${nameOf(end)} had ended`;
      if (earlyMs > TOLERANCE_MS) violations.push({ rule, what, records: [end, record] });
    }
    latest = record;
    if (isTerminal(record)) end = record;
  }
  return violations;
}

const endMs = ({ execution }: Recorded) => Date.parse(execution.startedAt) + execution.durationMs;

const nameOf = ({ execution: { sequence, attempt, status } }: Recorded) =>
  `event ${sequence} attempt ${attempt} (${status})`;
