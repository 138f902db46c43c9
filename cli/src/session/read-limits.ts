import { JobicoError, type TenantLimits } from '@jobico/contract';

const FLAGS = {
  eventsPerSecond: 'events-per-second',
  bytesPerSecond: 'bytes-per-second',
  eventBytes: 'event-bytes',
  pendingEvents: 'pending-events',
} as const;

type Changes = { [L in keyof TenantLimits]?: number | null };

/** The limits that flags name, null for `none`. Throws `usage` where one is neither, or none is named. */
export function readLimits(flags: {
  readonly [F in (typeof FLAGS)[keyof typeof FLAGS]]?: string | undefined;
}): Changes {
  const changes: Changes = {};
  for (const [name, flag] of Object.entries(FLAGS) as [keyof TenantLimits, keyof typeof flags][]) {
    const text = flags[flag];
    if (text !== undefined) changes[name] = read(flag, text);
  }
  if (Object.keys(changes).length > 0) return changes;
  throw new JobicoError('usage', 'no limit is named', { hint: 'For example: --events-per-second 100' });
}

function read(flag: string, text: string): number | null {
  if (text === 'none') return null;
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new JobicoError('usage', `--${flag}: not a limit: ${text}`, { hint: 'It is a whole number from 1, or none.' });
}
