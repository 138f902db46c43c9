import { JobicoError } from '@jobico/contract';

const UNITS_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A length of time such as `90s`, `12h`, `30d`, in seconds. Throws `usage`. */
export function readDuration(flag: string, text: string): number {
  const found = /^(\d{1,9})([smhd])$/.exec(text);
  if (found) return Number(found[1]) * UNITS_S[found[2] as keyof typeof UNITS_S];
  throw new JobicoError('usage', `${flag}: not a length of time: ${text}`, {
    hint: 'It looks like 90s, 30m, 12h or 30d.',
  });
}
