import { MAXIMUM_ATTEMPTS } from '../package/deploy.ts';
import { isTerminal, placeOf, recordsByPlace, type Evidence, type Recorded, type Violation } from './evidence.ts';
import type { Sent } from './evidence.ts';

const rule = 'an event has one terminal outcome';

/** Every stored event has exactly one terminal outcome, nothing is recorded after it, and attempts count upwards. */
export function checkOutcomes({ stored, recorded }: Evidence): Violation[] {
  const records = recordsByPlace(recorded);
  const violations = stored.flatMap((event) => {
    const own = records.get(placeOf(event)) ?? [];
    const terminal = own.filter(isTerminal);
    const name = `${event.name} ${event.id} (${placeOf(event)})`;
    if (terminal.length !== 1) {
      return [{ rule, what: `${name} has ${terminal.length} terminal outcomes`, records: [event, ...own] }];
    }
    return judgeRecords(name, own);
  });
  const known = new Set(stored.map(placeOf));
  const strangers = [...records].filter(([place]) => !known.has(place));
  return [
    ...violations,
    ...strangers.map(([place, own]) => ({ rule, what: `${place} has outcomes and is not stored`, records: own })),
  ];
}

function judgeRecords(name: string, own: readonly Recorded[]): Violation[] {
  const last = own.at(-1);
  if (last && !isTerminal(last)) return [{ rule, what: `${name} has an attempt after its outcome`, records: own }];
  const attempts = own.map(({ execution }) => execution.attempt);
  const isRising = own.every((record, index) => isNext(own[index - 1], record));
  return isRising ? [] : [{ rule, what: `${name} counts its attempts ${attempts.join(', ')}`, records: own }];
}

/** One that was stopped may record an attempt late, beside the same attempt of the one that took over, or end the event. */
function isNext(before: Recorded | undefined, record: Recorded): boolean {
  if (!before) return true;
  const { attempt, node } = record.execution;
  const { attempt: last, node: other } = before.execution;
  return attempt > last || (node !== other && (attempt === last || isTerminal(record)));
}

const asTold = 'an outcome is what the job said';

/**
 * An outcome is the one that the event told its job to have; only one that had no attempt left may end otherwise, or was
 * cancelled.
 */
export function checkOutcomesAsTold({ sent, stored, recorded }: Evidence): Violation[] {
  const byNumber = new Map(sent.map((each) => [each.told.n, each]));
  const ends = new Map(recorded.filter(isTerminal).map((record) => [placeOf(record.execution), record]));
  return stored
    .filter(({ queue }) => queue === 'keyed')
    .flatMap((event) => {
      const cause = byNumber.get((event.data as { n: number }).n);
      const end = ends.get(placeOf(event));
      if (!cause || !end || end.execution.status === 'cancelled') return [];
      const expected = expectedStatus(cause);
      const { status, attempt, error } = end.execution;
      const hasGivenUp = attempt >= MAXIMUM_ATTEMPTS && status !== 'ok' && error?.code !== 'permanent';
      if (status === expected || hasGivenUp) return [];
      const what = `${event.name} ${event.id} ended as ${status}, and not as ${expected}`;
      return [{ rule: asTold, what, records: [cause, end] }];
    });
}

function expectedStatus({ name, told, isInvalid }: Sent): 'ok' | 'failed' | 'dead' {
  if (isInvalid) return 'dead';
  if (told.attempts.at(-1) === 'ok') return 'ok';
  return name === 'risk' ? 'failed' : 'dead';
}
