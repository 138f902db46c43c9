/** A cron pattern that has been read: which values each of its six fields takes. */
export interface Cron {
  seconds: ReadonlySet<number>;
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Whether the day of the month and the day of the week must both fit; where both are given, either does. */
  needsBothDays: boolean;
}

interface Field {
  name: string;
  least: number;
  most: number;
  words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'day of the week', least: 0, most: 6, words: WEEKDAYS },
];

/** In words, for whoever wrote something else. */
export const CRON_FORM =
  'six fields: second minute hour day month weekday, such as "0 0 3 * * *" for every day at 3:00';

/** Reads a pattern as NATS does, UTC where no time zone is said; answers what is wrong with it otherwise. */
export function readCron(text: string): Cron | { fault: string; suggestion?: string } {
  const words = text.trim().split(/\s+/);
  if (words.length !== FIELDS.length) {
    const suggestion = words.length === FIELDS.length - 1 ? { suggestion: `0 ${words.join(' ')}` } : {};
    return { fault: `has ${words.length} fields, not six`, ...suggestion };
  }
  const sets: Set<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const set = readField(words[index] ?? '', field);
    if (typeof set === 'string') return { fault: set };
    sets.push(set);
  }
  const [seconds, minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const needsBothDays = [words[3], words[5]].some((word) => /(^|,)[*?](\/1)?(,|$)/.test(word ?? ''));
  return { seconds, minutes, hours, days, months, weekdays, needsBothDays };
}

function readField(text: string, field: Field): Set<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const range = rangeOf(part, field);
    if (!range) {
      const { name, least, most, words = [] } = field;
      const named = words.length > 0 ? `, or ${words[0]}-${words.at(-1)}` : '';
      return `the ${name} takes numbers from ${least} to ${most}${named}, ranges and steps (1-5, */10), not ${part || 'nothing'}`;
    }
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return values;
}

function rangeOf(part: string, field: Field): { from: number; to: number; step: number } | undefined {
  const parts = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(part);
  if (!parts) return undefined;
  const [, star, first = '', last, stepText] = parts;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = star ? field.least : numberOf(first, field);
  const to = star || (last === undefined && stepText !== undefined) ? field.most : numberOf(last ?? first, field);
  const isInside = from >= field.least && to <= field.most && from <= to && step > 0;
  return isInside ? { from, to, step } : undefined;
}

/** NaN, which is inside no bounds, for what is no number. */
function numberOf(word: string, { words, least }: Field): number {
  const named = words?.indexOf(word.toLowerCase()) ?? -1;
  if (named >= 0) return named + least;
  return /^\d{1,3}$/.test(word) ? Number(word) : NaN;
}

const DAY_MS = 86_400_000;
/** Leap days come after eight years at most; NATS gives up sooner. */
const MOST_DAYS = 5 * 366;

/** The first time after `afterMs` that a pattern takes, in milliseconds since 1970; undefined if there is none in five years. */
export function nextOfCron(cron: Cron, afterMs: number, timeZone = 'UTC'): number | undefined {
  const offsetAt = zoneOffset(timeZone);
  const firstMs = Math.floor(afterMs / 1000) * 1000 + 1000;
  const localMs = firstMs + offsetAt(firstMs);
  const today = Math.floor(localMs / DAY_MS) * DAY_MS;
  for (let day = 0; day <= MOST_DAYS; day += 1) {
    const midnight = today + day * DAY_MS;
    if (!takesDay(cron, new Date(midnight))) continue;
    for (const local of timesOf(cron, midnight)) {
      if (local < localMs - 1000) continue;
      const utc = local - offsetAt(local - offsetAt(local));
      // One that the clocks leave out when they are set forward is not a time.
      if (utc >= firstMs && utc + offsetAt(utc) === local) return utc;
    }
  }
  return undefined;
}

function takesDay({ months, days, weekdays, needsBothDays }: Cron, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const [isDay, isWeekday] = [days.has(day.getUTCDate()), weekdays.has(day.getUTCDay())];
  return needsBothDays ? isDay && isWeekday : isDay || isWeekday;
}

function* timesOf({ hours, minutes, seconds }: Cron, midnight: number): Generator<number> {
  const ordered = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b);
  const [allMinutes, allSeconds] = [ordered(minutes), ordered(seconds)];
  for (const hour of ordered(hours)) {
    for (const minute of allMinutes) {
      for (const second of allSeconds) yield midnight + ((hour * 60 + minute) * 60 + second) * 1000;
    }
  }
}

/** Whether the zone is one of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** By how many milliseconds the clocks of a zone are ahead of UTC at a time. */
function zoneOffset(timeZone: string): (ms: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const numeric = '2-digit' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
}
