const SECOND_MS = 1000;

/** The seconds that were asked for last, and how each is written: of an event that waited, and of the present. */
const seconds = [Number.NaN, Number.NaN];
const written = ['', ''];
let oldest = 0;

/**
 * A time in milliseconds since 1970 as RFC 3339 in UTC, the same as `Date.toISOString`. It is asked three times for every
 * event, and nearly always for a second that it was asked for before.
 */
export function isoTime(timeMs: number): string {
  const milliseconds = Math.trunc(timeMs % SECOND_MS);
  const second = Math.trunc(timeMs) - milliseconds;
  return `${written[seconds.indexOf(second)] ?? writeSecond(second)}${String(milliseconds).padStart(3, '0')}Z`;
}

function writeSecond(second: number): string {
  const text = new Date(second).toISOString().slice(0, -'000Z'.length);
  seconds[oldest] = second;
  written[oldest] = text;
  oldest = 1 - oldest;
  return text;
}
