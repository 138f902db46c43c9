import { placeOf, recordsByPlace, type Evidence, type Recorded, type Violation } from './evidence.ts';

const rule = 'a repeat is marked by its attempt';

/** Events of an ordered queue that are delivered and not settled, at most. */
const IN_FLIGHT = 512;

/** Attempts of an event that left no record, or one that says so: it was, or may have been, begun in a process that died. */
export function lostAttempts(own: readonly Recorded[]): number {
  const told = own.filter(({ execution: { error } }) => error?.code !== 'interrupted').length;
  return Math.max(0, ...own.map(({ execution }) => execution.attempt)) - told;
}

/** How many attempts were repeats, over all events. */
export function countRepeats(recorded: readonly Recorded[]): number {
  return [...recordsByPlace(recorded).values()].reduce((sum, own) => sum + lostAttempts(own), 0);
}

/**
 * A job that leaves a trace sees whether the same attempt was begun before: then a repeat was not marked. And repeats are
 * few: for each thing that was broken at most what was in flight, an event at most once.
 */
export function checkRepeats({ recorded, disturbances }: Evidence): Violation[] {
  const unmarked = recorded
    .filter(({ execution: { job, result, error } }) => {
      return job === 'as-told' && (hasRunBefore(result) || error?.message === 'run before');
    })
    .map((record) => ({
      rule,
      what: `attempt ${record.execution.attempt} of ${placeOf(record.execution)} was begun twice`,
      records: [record],
    }));
  const often = [...recordsByPlace(recorded)]
    .filter(([, own]) => lostAttempts(own) > disturbances)
    .map(([place, own]) => ({ rule, what: `${place} was repeated more often than anything was broken`, records: own }));
  const repeats = countRepeats(recorded);
  const most = disturbances * IN_FLIGHT;
  const tooMany =
    repeats > most ? [{ rule, what: `${repeats} repeats, and at most ${most} were possible`, records: [] }] : [];
  return [...unmarked, ...often, ...tooMany];
}

const hasRunBefore = (result: unknown) =>
  typeof result === 'object' && result !== null && 'word' in result && result.word === 'run before';
