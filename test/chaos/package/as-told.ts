// Ends each attempt as its event says: `attempts: ["retry", "ok"]`, the last one for all that follow.
import { defineJob, HostError, PermanentError, RetryError, type Kv } from '@jobico/sdk';

interface Told {
  n: number;
  attempts: ('ok' | 'retry' | 'permanent')[];
  raises?: boolean;
  leavesTrace?: boolean;
}

export const handler = defineJob<Told>(({ data, attempt }, { kv, emit }) => {
  const { n, attempts, raises, leavesTrace } = data;
  const word = leavesTrace && hasRun(kv, `${n}.${attempt}`) ? 'run before' : 'as told';
  if (raises) emit('noted', { n });
  const told = attempts[Math.min(attempt, attempts.length) - 1];
  if (told === 'retry') throw new RetryError(word);
  if (told === 'permanent') throw new PermanentError(word);
  return { n, word };
});

/** Whether this attempt was begun before: a repeat that its number does not show. */
function hasRun(kv: Kv, trace: string): boolean {
  try {
    kv.bucket('traces').set(trace, '', { ifAbsent: true });
    return false;
  } catch (error) {
    if (error instanceof HostError && error.code === 'conflict') return true;
    throw error;
  }
}
