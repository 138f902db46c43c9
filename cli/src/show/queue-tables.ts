import type { OperationOutput, QueueState, WaitingEvent } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';
import { table } from '../output/table.ts';

const second = (time: string) => time.replace(/\.\d+Z$/, 'Z');

function orderOf({ ordering }: QueueState): string {
  if (typeof ordering === 'string') return ordering;
  return ordering.partitions > 1 ? `${ordering.key} in ${ordering.partitions}` : ordering.key;
}

function stateOf({ pausedSince, isAtRest, packages }: QueueState): string {
  if (pausedSince !== undefined) return 'paused';
  if (isAtRest) return 'packages paused';
  return packages.length === 0 ? 'drains' : '';
}

export function queueTable(tenant: string, queues: readonly QueueState[]): string {
  if (queues.length === 0) return `Tenant ${tenant} has no queue.`;
  return table(queues, [
    { header: 'QUEUE', value: ({ id }) => id },
    { header: 'ORDER', value: orderOf, shrinks: 'first' },
    { header: 'WAITING', value: ({ waiting }) => waiting, align: 'right' },
    { header: 'FETCHED', value: ({ fetched }) => fetched, align: 'right' },
    { header: 'PARKED', value: ({ parked }) => parked, align: 'right' },
    { header: 'STATE', value: stateOf },
    { header: 'EVENTS', value: ({ events }) => events.join(', '), shrinks: 'first' },
  ]);
}

const MIB = 2 ** 20;

export function describeQueue(queue: QueueState): string {
  const { id, storage, packages, events, waiting, fetched, parked, stored, retention, pausedSince } = queue;
  const { maxAgeMs, maxBytes, maxEvents } = retention;
  const kept = [
    `${Math.round(maxAgeMs / 60_000)} minutes`,
    ...(maxBytes === undefined ? [] : [`${(maxBytes / MIB).toFixed(1)} MiB`]),
    ...(maxEvents === undefined ? [] : [`${maxEvents} events`]),
  ];
  const since = stored.oldestAt === undefined ? '' : `, the oldest from ${stored.oldestAt}`;
  const facts: [name: string, value: string][] = [
    ['order', orderOf(queue)],
    ['state', pausedSince === undefined ? stateOf(queue) || 'works' : `paused since ${pausedSince}`],
    ['packages', packages.join(', ') || 'none: it is drained, and goes'],
    ['events', events.join(', ')],
    ['waiting', `${waiting}: ${fetched} fetched by executors, ${parked} parked`],
    ['stored', `${stored.events} events, ${(stored.bytes / MIB).toFixed(1)} MiB in ${storage}${since}`],
    ['kept', `at most ${kept.join(', ')}`],
  ];
  return [`queue ${id}`, ...facts.map(([name, value]) => `  ${name.padEnd(9)} ${neutralise(value)}`)].join('\n');
}

export function waitingTable(events: readonly WaitingEvent[]): string {
  if (events.length === 0) return 'Nothing that waits there matches.';
  return table(events, [
    { header: 'SEQ', value: ({ sequence }) => sequence, align: 'right' },
    { header: 'TIME', value: ({ time }) => second(time) },
    { header: 'EVENT', value: ({ name }) => name, shrinks: 'first' },
    { header: 'KEY', value: ({ key }) => key, shrinks: 'first' },
    { header: 'STATE', value: ({ state }) => state },
    { header: 'DATA', value: dataOf, shrinks: 'first' },
  ]);
}

/** A payload can be a megabyte; `--json` has it whole. */
const LONGEST_DATA = 200;

export const dataOf = ({ data, isText }: Pick<WaitingEvent, 'data' | 'isText'>): string =>
  (isText ? String(data) : JSON.stringify(data)).slice(0, LONGEST_DATA);

/** `--json` has them all. */
const SHOWN = 50;

export function purgedTable(events: OperationOutput<'queue.purge'>['items']): string {
  const shown = table(events.slice(0, SHOWN), [
    { header: 'SEQ', value: ({ sequence }) => sequence, align: 'right' },
    { header: 'TIME', value: ({ time }) => second(time) },
    { header: 'EVENT', value: ({ event }) => event, shrinks: 'first' },
    { header: 'KEY', value: ({ key }) => key, shrinks: 'first' },
    { header: 'ID', value: ({ id }) => id, shrinks: 'first' },
  ]);
  return events.length > SHOWN ? `${shown}\n… and ${events.length - SHOWN} more (--json has them all)` : shown;
}
