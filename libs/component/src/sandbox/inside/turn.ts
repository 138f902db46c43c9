import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';

import { encodeProgress, PROGRESS_BYTES } from '../progress-mark.ts';
import { PROGRESS_FD } from '../wire.ts';

/** Marks whose turn it is, where the supervisor can see it whatever the guest does; see progress.ts. */
export interface Turn {
  enter(n: number): void;
  leave(): void;
}

export function createTurn(): Turn {
  const mark = Buffer.alloc(PROGRESS_BYTES);
  const write = (n: number | undefined): void => {
    encodeProgress(n, mark);
    writeSync(PROGRESS_FD, mark, 0, PROGRESS_BYTES, 0);
  };
  write(undefined);
  return { enter: write, leave: () => write(undefined) };
}
