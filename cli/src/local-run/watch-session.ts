import { asJobicoError } from '@jobico/contract';
import { failedLines } from '../build/describe-build.ts';
import { catchStopSignals } from '../platform/stop-signals.ts';
import { watchFiles } from '../watch/watch-files.ts';
import type { TestRun } from './run-cases.ts';
import type { TestSession } from './test-session.ts';

/** Runs a session now and after each change of what it is made of, until the process is asked to stop. */
export async function watchSession(session: TestSession, onRuns: (runs: readonly TestRun[]) => void): Promise<void> {
  const signals = catchStopSignals();
  const { signal } = signals;
  const changes = new Set<string>();
  let wake = Promise.withResolvers<void>();
  using watcher = watchFiles((changed) => {
    for (const each of changed) changes.add(each);
    wake.resolve();
  });
  signal.addEventListener('abort', () => wake.resolve(), { once: true });
  let changed: ReadonlySet<string> | undefined;
  while (!signal.aborted) {
    await runOnce(session, changed, signal, onRuns);
    watcher.look(session.inputs());
    if (changes.size === 0 && !signal.aborted) {
      console.error('waiting for a change; Ctrl-C ends');
      await wake.promise;
    }
    changed = new Set(changes);
    changes.clear();
    wake = Promise.withResolvers();
  }
  signals.release();
}

/** What keeps it from running is told, and mended by the next change. */
async function runOnce(
  session: TestSession,
  changed: ReadonlySet<string> | undefined,
  signal: AbortSignal,
  onRuns: (runs: readonly TestRun[]) => void,
): Promise<void> {
  try {
    onRuns(await session.run(changed, signal));
  } catch (error) {
    if (!signal.aborted) console.error(failedLines(asJobicoError(error)));
  }
}
