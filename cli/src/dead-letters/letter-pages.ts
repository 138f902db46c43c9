import { setTimeout as pauseFor } from 'node:timers/promises';

export interface LetterPage<T> {
  items: T[];
  next?: string;
}

export interface Pace {
  /** Letters in all. Default: however many there are. */
  most?: number | undefined;
  /** Letters a second, at most. */
  rate?: number | undefined;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
  pause?: (ms: number) => Promise<unknown>;
}

/** Of one call: what is lost of sight, should it fail in the middle. */
const LARGEST_PAGE = 500;
/** With a rate: so that it is kept in fractions of a second too. */
const PAGES_A_SECOND = 4;

/** Works on dead letters page after page, not faster than the rate, until all are done. */
export async function* letterPages<T>(
  work: (page: { limit: number; after?: string }) => Promise<LetterPage<T>>,
  { most = Infinity, rate = Infinity, now = () => performance.now(), pause = pauseFor }: Pace = {},
): AsyncGenerator<T[], void> {
  const largest = Math.min(LARGEST_PAGE, Math.ceil(rate / PAGES_A_SECOND));
  let after: string | undefined;
  for (let left = most; left > 0;) {
    const begunMs = now();
    const { items, next } = await work({ limit: Math.min(largest, left), ...(after !== undefined && { after }) });
    yield items;
    left -= items.length;
    if (next === undefined) return;
    after = next;
    const dueMs = begunMs + (items.length / rate) * 1000;
    if (left > 0 && dueMs > now()) await pause(dueMs - now());
  }
}
