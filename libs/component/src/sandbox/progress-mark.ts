import type { Buffer } from 'node:buffer';

/** The mark of progress.ts, which both ends know: the number of an event, or that no guest has the thread. */
export const PROGRESS_BYTES = 8;

const NOBODY = -1;

export function encodeProgress(n: number | undefined, into: Buffer): void {
  into.writeDoubleLE(n ?? NOBODY, 0);
}

/** Whatever else a sandbox has written there names no event. */
export function decodeProgress(bytes: Buffer): number | undefined {
  const n = bytes.readDoubleLE(0);
  return Number.isSafeInteger(n) && n >= 0 ? n : undefined;
}
