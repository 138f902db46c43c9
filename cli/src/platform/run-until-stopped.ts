import { JobicoError } from '@jobico/contract';
import type { Platform } from './start-platform.ts';
import { catchStopSignals, type StopSignals } from './stop-signals.ts';

/** Without NATS a module may have nothing left to drain to. */
const LONGEST_STOP_AFTER_FAILURE_MS = 5000;

/**
 * Waits for a signal, then stops the platform; a second signal ends the process at once. Throws when the platform
 * failed meanwhile. Who waits for readers of its output catches the signals before it tells that it is ready.
 */
export async function runUntilStopped(
  platform: Platform,
  onStopping: () => void,
  signals: StopSignals = catchStopSignals(),
): Promise<void> {
  try {
    const failure = await Promise.race([aborted(signals.signal), platform.failed]);
    if (failure instanceof JobicoError) {
      await Promise.race([platform.stop(), afterMs(LONGEST_STOP_AFTER_FAILURE_MS)]);
      throw failure;
    }
    onStopping();
    await platform.stop();
  } finally {
    signals.release();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function afterMs(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
