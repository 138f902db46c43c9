import { isTerminal, placeOf, type Evidence, type Violation } from './evidence.ts';

const rule = 'what is answered to a cancellation is so';

/** An event is cancelled if that was answered, and was not if it was answered that it has ended, or if nobody wanted it. */
export function checkCancelled({ stored, recorded, cancels }: Evidence): Violation[] {
  const ends = new Map(recorded.filter(isTerminal).map((record) => [placeOf(record.execution), record]));
  const places = new Map(
    stored.filter(({ queue }) => queue === 'keyed').map((event) => [placeOf(event), (event.data as { n: number }).n]),
  );
  const wrong = [...ends].flatMap(([place, end]) => {
    const n = places.get(place);
    const answer = n === undefined ? undefined : cancels.get(n);
    const isCancelled = end.execution.status === 'cancelled';
    const isRight = answer === 'unclear' || isCancelled === (answer === 'cancelled');
    if (isRight) return [];
    const what = `${place} ended as ${end.execution.status}, and the answer was ${answer ?? 'not asked for'}`;
    return [{ rule, what, records: [end] }];
  });
  const refused = [...cancels].filter(([, answer]) => answer === 'refused');
  return [...wrong, ...refused.map(([n]) => ({ rule, what: `event ${n} is not known to ctl`, records: [] }))];
}
