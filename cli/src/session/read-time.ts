import { JobicoError } from '@jobico/contract';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A moment as the platform takes it: given as an ISO 8601 time (UTC where it has no offset), or as how long ago. Throws `usage`. */
export function readTime(flag: string, text: string, nowMs = Date.now()): string {
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago) return new Date(nowMs - Number(ago[1]) * UNITS_MS[ago[2] as keyof typeof UNITS_MS]).toISOString();
  const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const timeMs = moment ? Date.parse(`${moment[1]}T${moment[2] ?? '00:00'}${moment[3] ?? 'Z'}`) : NaN;
  if (!Number.isNaN(timeMs)) return new Date(timeMs).toISOString();
  throw new JobicoError('usage', `${flag}: not a time: ${text}`, {
    hint: 'It looks like 2026-11-21T10:00:00Z, 2026-11-21, 30m, 2h or 7d.',
  });
}
