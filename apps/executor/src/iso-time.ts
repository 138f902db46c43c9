const SECOND_MS = 1000;

/** The second that was asked for last, and how it is written. */
let second = Number.NaN;
let written = '';

/**
 * A time in milliseconds since 1970 as RFC 3339 in UTC, the same as `Date.toISOString`. It is asked three times for every
 * event, and nearly always for the second that it was asked for before.
 */
export function isoTime(timeMs: number): string {
  const milliseconds = Math.trunc(timeMs % SECOND_MS);
  const itsSecond = Math.trunc(timeMs) - milliseconds;
  if (itsSecond !== second) {
    second = itsSecond;
    written = new Date(second).toISOString().slice(0, -'000Z'.length);
  }
  return `${written}${String(milliseconds).padStart(3, '0')}Z`;
}
