import type { Schedule } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';
import { table } from '../output/table.ts';

/** `2026-11-21T10:46:03.123Z` without its milliseconds. */
const second = (time: string) => time.replace(/\.\d+Z$/, 'Z');

/** A moment of this year without the year, one of another without its seconds. */
function moment(time: string): string {
  const isThisYear = time.startsWith(new Date().toISOString().slice(0, 4));
  return (isThisYear ? time.slice(5, 19) : time.slice(0, 16)).replace('T', ' ');
}

export function scheduleTable(tenant: string, schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return `Tenant ${tenant} has no schedule.`;
  const shown = table(schedules, [
    { header: 'SCHEDULE', value: ({ id }) => id, shrinks: 'first' },
    { header: 'EVENT', value: ({ event }) => event, shrinks: 'first' },
    { header: 'WHEN', value: whenOf, shrinks: 'first' },
    { header: 'NEXT (UTC)', value: ({ state, next }) => (state === 'active' ? next && moment(next) : state) },
    { header: 'LAST (UTC)', value: ({ last }) => last && moment(last.time) },
    { header: 'LAST EVENT', value: ({ last }) => last?.event },
  ]);
  const problems = schedules.flatMap(({ id, problem }) => (problem === undefined ? [] : [`! ${id}: ${problem}`]));
  return [shown, ...problems.map(neutralise)].join('\n');
}

/** One schedule, a fact a line. */
export function describeSchedule(schedule: Schedule): string {
  const { id, event, state, key, data, package: owner, next, last, problem } = schedule;
  const facts: [string, string | undefined][] = [
    ['schedule', id],
    ['event', event],
    ['when', whenOf(schedule)],
    ['state', state],
    ['next', next === undefined ? undefined : second(next)],
    ['last', last && `${second(last.time)}  event ${last.event}`],
    ['package', owner],
    ['key', key],
    ['data', JSON.stringify(data)],
    ['problem', problem],
  ];
  return facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)}${neutralise(value)}`]))
    .join('\n');
}

function whenOf({ at, every, cron, timezone }: Schedule): string {
  if (at !== undefined) return `at ${second(at)}`;
  if (every !== undefined) return `every ${every}`;
  return timezone === undefined ? (cron ?? '') : `${cron} ${timezone}`;
}
