import type { RedriveOf } from '@jobico/contract';

/** Header of an event that was a dead letter: `letter=12; execution=0193c3f2-…; count=1`. */
export const REDRIVE = 'Jobico-Redrive';

const PARTS = /^letter=([1-9]\d{0,15})(?:; execution=([0-9a-f-]{36}))?; count=([1-9]\d{0,5})$/;

export function redriveHeader({ deadLetter, execution, count }: RedriveOf): string {
  return `letter=${deadLetter}${execution === undefined ? '' : `; execution=${execution}`}; count=${count}`;
}

/** What the header says; undefined where there is none, or another's. */
export function readRedrive(header: string | undefined): RedriveOf | undefined {
  const parts = header ? PARTS.exec(header) : null;
  if (!parts) return undefined;
  const [, deadLetter = '', execution, count] = parts;
  return { deadLetter, ...(execution !== undefined && { execution }), count: Number(count) };
}
