import type { LogLine } from '@jobico/contract';
import { publishLiveLines, type Nats } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { Attempt } from './work.ts';

/** An attempt that runs for so long that its lines are told before its end. */
export interface LiveRun {
  /** The id that its record will have. */
  readonly executionId: string;
  /** All that it has told so far. */
  readonly lines: LogLine[];
}

/** Tells those who watch what an attempt logs while it runs. Nothing waits for it, and nothing depends on it. */
export interface LiveLogs {
  /** Publishes the next lines of a run, and adds them to it. */
  tell(attempt: Attempt, run: LiveRun, lines: readonly LogLine[]): void;
}

/** Somebody may begin to watch at the last moment of the longest run; then its record is there. */
const KEPT_BEYOND_TIMEOUT_MS = 60_000;

export function createLiveLogs({ nats, log, node }: { nats: Nats; log: Logger; node: string }): LiveLogs {
  return {
    tell({ event, key, declared, attempt }, { executionId, lines: told }, lines) {
      const live = {
        execution: executionId,
        tenant: event.tenant,
        package: declared.version.id,
        version: declared.version.version,
        job: declared.job.id,
        event: { id: event.id, name: event.name, ...(key !== undefined && { key }) },
        attempt,
        node,
        from: told.length,
        lines: [...lines],
      };
      told.push(...lines);
      publishLiveLines(nats, live, declared.job.timeoutMs + KEPT_BEYOND_TIMEOUT_MS).catch((error: unknown) => {
        log.debug(
          { err: error, execution: executionId },
          'live lines could not be published; the record will have them',
        );
      });
    },
  };
}
