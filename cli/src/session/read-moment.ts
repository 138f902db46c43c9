import { JobicoError } from '@jobico/contract';
import { readTime } from './read-time.ts';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AMOUNT = /^(\d{1,9})([smhd])$/;

/** A moment to come: an ISO 8601 time (UTC where it has no offset), or in how long: `90s`, `2h`. Throws `usage`. */
export function readMoment(flag: string, text: string, nowMs = Date.now()): string {
  const ahead = amountMs(text);
  if (ahead !== undefined) return new Date(nowMs + ahead).toISOString();
  return readTime(flag, text, nowMs);
}

/** A length of time as the platform takes it, an ISO 8601 duration; given as one, or as `30s`, `5m`, `2h`, `1d`. Throws `usage`. */
export function readDuration(flag: string, text: string): string {
  const ms = amountMs(text);
  if (ms !== undefined) return `PT${ms / 1000}S`;
  if (/^P(?=.)/.test(text)) return text;
  throw new JobicoError('usage', `${flag}: not a length of time: ${text}`, {
    hint: 'It looks like 30s, 5m, 2h, 1d or PT30S.',
  });
}

function amountMs(text: string): number | undefined {
  const [, amount, unit] = AMOUNT.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
