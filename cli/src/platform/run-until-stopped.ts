import { JobicoError } from '@jobico/contract';
import type { Platform } from './start-platform.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A supervisor may signal a whole group: what comes by two ways at once is one signal. */
const SAME_SIGNAL_MS = 500;
/** Without NATS a module may have nothing left to drain to. */
const LONGEST_STOP_AFTER_FAILURE_MS = 5000;

/**
 * Waits for a signal, then stops the platform; a second signal ends the process at once. Throws when the platform
 * failed meanwhile.
 */
export async function runUntilStopped(platform: Platform, onStopping: () => void): Promise<void> {
  const signal = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    firstAt ??= performance.now();
    signal.resolve();
    if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(name === 'SIGINT' ? 130 : 143);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    const failure = await Promise.race([signal.promise, platform.failed]);
    if (failure instanceof JobicoError) {
      await Promise.race([platform.stop(), afterMs(LONGEST_STOP_AFTER_FAILURE_MS)]);
      throw failure;
    }
    onStopping();
    await platform.stop();
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

async function afterMs(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
