import type { Execution } from '@jobico/contract';
import { isTerminal, placeOf, type Evidence, type Recorded, type Stored, type Violation } from './evidence.ts';

const rule = 'a routed or raised event is enqueued once';

/** What a terminal outcome routes and raises is in its queue, once, and nothing else is. */
export function checkOutgoing({ stored, recorded }: Evidence): Violation[] {
  const copies = Map.groupBy(
    stored.filter(({ queue }) => queue !== 'keyed'),
    ({ id }) => id,
  );
  const caused = new Set<string>();
  const wrong = recorded.flatMap((record) =>
    record.execution.emitted.flatMap((event) => {
      caused.add(event.id);
      return judge(record, event, copies.get(event.id) ?? []);
    }),
  );
  const uncaused = [...copies].filter(([id]) => !caused.has(id));
  return [
    ...wrong,
    ...uncaused.map(([id, records]) => ({ rule, what: `no outcome has routed or raised ${id}`, records })),
  ];
}

function judge(record: Recorded, event: Execution['emitted'][number], copies: readonly Stored[]): Violation[] {
  if (copies.length !== 1) {
    return [{ rule, what: `${event.id} is enqueued ${copies.length} times`, records: [record, ...copies] }];
  }
  const [copy] = copies;
  const isSame = copy?.name === event.event && JSON.stringify(copy.data) === JSON.stringify(event.data);
  return isSame ? [] : [{ rule, what: `${event.id} is enqueued as another`, records: [record, ...copies] }];
}

const routes = 'an outcome takes the routes of its job';

/** ok: the `ok` event, and what the job raised; failed: the `error` event; else nothing. */
export function checkRoutes({ sent, stored, recorded }: Evidence): Violation[] {
  const byNumber = new Map(sent.map((each) => [each.told.n, each]));
  const byPlace = new Map(stored.map((event) => [placeOf(event), event]));
  return recorded.flatMap((record) => {
    const event = byPlace.get(placeOf(record.execution));
    if (event?.queue !== 'keyed') return [];
    const raises = byNumber.get((event.data as { n: number }).n)?.told.raises === true;
    const expected = expectedRoutes(record, raises);
    const found = record.execution.emitted.map(({ event: name }) => name).toSorted();
    if (JSON.stringify(found) === JSON.stringify(expected)) return [];
    const what = `${event.name} ${event.id} raised ${found.join(', ')}, and not ${expected.join(', ')}`;
    return [{ rule: routes, what, records: [event, record] }];
  });
}

function expectedRoutes(record: Recorded, raises: boolean): string[] {
  if (!isTerminal(record)) return [];
  if (record.execution.status === 'ok') return raises ? ['done', 'noted'] : ['done'];
  return record.execution.status === 'failed' ? ['failed'] : [];
}
