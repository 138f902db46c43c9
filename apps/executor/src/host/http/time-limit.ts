import { Refusal, refusal } from './refusal.ts';

/**
 * Does work for so many milliseconds at most, and no longer than until `ended` aborts. Then the signal that the work has is
 * aborted, and a refusal is thrown whatever the work makes of it.
 */
export async function within<T>(
  limitMs: number,
  ended: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (limitMs <= 0) throw new Refusal({ tag: 'timeout' });
  if (ended.aborted) throw attemptEnded();
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (why: Refusal): void => {
    stopped.reject(why);
    controller.abort(why);
  };
  const onEnded = (): void => stop(attemptEnded());
  const timer = setTimeout(() => stop(new Refusal({ tag: 'timeout' })), limitMs);
  ended.addEventListener('abort', onEnded, { once: true });
  try {
    return await Promise.race([stopped.promise, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', onEnded);
  }
}

function attemptEnded(): Refusal {
  return refusal('failed', 'the attempt has ended');
}
