import type { FileCollector } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';

/** Runs a collector now and then, until it is stopped. */
export function startCollecting(collector: FileCollector, intervalMs: number, log: Logger): { stop(): Promise<void> } {
  let round: Promise<void> = Promise.resolve();
  const collect = async () => {
    try {
      const collected = await collector.collect();
      if (Object.values(collected).some((count) => count > 0)) log.info(collected, 'unneeded files are deleted');
    } catch (error) {
      log.warn({ err: error }, 'unneeded files could not be looked for');
    }
  };
  const timer = setInterval(() => {
    round = round.then(collect);
  }, intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
