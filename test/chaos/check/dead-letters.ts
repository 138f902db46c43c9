import { placeOf, type Evidence, type Violation } from './evidence.ts';

const rule = 'a dead outcome leaves one dead letter';

/** One dead letter for each dead outcome, which names it; and no others. */
export function checkDeadLetters({ recorded, deadLetters }: Evidence): Violation[] {
  const letters = Map.groupBy(deadLetters, placeOf);
  const dead = recorded.filter(({ execution }) => execution.status === 'dead');
  const wrong = dead.flatMap((record) => {
    const own = letters.get(placeOf(record.execution)) ?? [];
    const isRight = own.length === 1 && own[0]?.execution === record.execution.id;
    const what = `${placeOf(record.execution)} left ${own.length} dead letters, or one of another outcome`;
    return isRight ? [] : [{ rule, what, records: [record, ...own] }];
  });
  const died = new Set(dead.map(({ execution }) => placeOf(execution)));
  const unfounded = [...letters].filter(([place]) => !died.has(place));
  return [
    ...wrong,
    ...unfounded.map(([place, records]) => ({ rule, what: `${place} did not die and left a dead letter`, records })),
  ];
}
