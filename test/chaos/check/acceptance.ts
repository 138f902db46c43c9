import { idOf } from '../load/send-by-nats.ts';
import type { Evidence, Sent, Stored, Violation } from './evidence.ts';

const rule = 'an accepted event is stored once';

/** What was answered with 202 or a PubAck is in the queue, once; what got no answer is there at most once. */
export function checkAcceptance({ sent, stored }: Evidence): Violation[] {
  const byNumber = Map.groupBy(
    stored.filter(({ queue }) => queue === 'keyed'),
    ({ data }) => (data as { n: number }).n,
  );
  const wrong = sent.flatMap((each) => judge(each, byNumber.get(each.told.n) ?? []));
  const known = new Set(sent.map(({ told }) => told.n));
  const unknown = [...byNumber].filter(([n]) => !known.has(n));
  return [
    ...wrong,
    ...unknown.map(([n, records]) => ({ rule, what: `nobody sent event ${n}, and it is stored`, records })),
  ];
}

function judge(sent: Sent, copies: readonly Stored[]): Violation[] {
  const { certainty, by, told, name } = sent;
  const isRight = copies.length === 1 || (certainty === 'maybe' && copies.length === 0);
  if (!isRight) {
    const what = `event ${told.n}, ${certainty} by ${by}, is stored ${copies.length} times`;
    return [{ rule, what, records: [sent, ...copies] }];
  }
  return copies
    .filter((copy) => copy.name !== name || (by === 'nats' && copy.id !== idOf(told.n)))
    .map((copy) => ({ rule, what: `event ${told.n} is stored as another`, records: [sent, copy] }));
}
