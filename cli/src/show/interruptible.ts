/** Runs what goes on until the process is interrupted; the signal aborts then, and when the work ends by itself. */
export async function* interruptible<T>(work: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T, void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    yield* work(interrupted.signal);
  } finally {
    interrupt();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
