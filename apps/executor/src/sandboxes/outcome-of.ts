import type { SandboxLogLine, SandboxOutcome } from '@jobico/component';
import type { EmittedEvent, ExecutionError, LogLine } from '@jobico/contract';
import type { LiveRun } from '../live-logs.ts';
import type { Outcome } from '../work.ts';

/** What a sandbox tells of an attempt, with what the attempt did outside of it. */
export function outcomeOf(
  outcome: SandboxOutcome,
  did: { emitted: EmittedEvent[]; hostCalls: number; live: LiveRun | undefined },
): Outcome {
  if (outcome.status === 'skipped') return { kind: 'unrun' };
  const base = {
    ...(did.live && { executionId: did.live.executionId }),
    logs: recordedLines(outcome.logs),
    startedAtMs: outcome.startedAt,
    durationMs: Math.round(outcome.durationMs * 1000) / 1000,
    memoryBytes: outcome.memoryBytes,
    hostCalls: did.hostCalls,
  };
  if (outcome.status !== 'ok') {
    return { ...base, kind: 'failed', emitted: [], error: { code: outcome.status, message: outcome.message ?? '' } };
  }
  return { ...base, kind: 'ok', emitted: did.emitted, ...(outcome.result !== undefined && { result: outcome.result }) };
}

/** Lines of a job as records have them. */
export function recordedLines(lines: readonly SandboxLogLine[]): LogLine[] {
  return lines.map(({ time, level, message }) => ({ time: new Date(time).toISOString(), level, message }));
}

/** An attempt that was ended by force, or could not begin. What it told before of its lines is all that is left of them. */
export function failureOf(error: ExecutionError, durationMs = 0, hostCalls = 0, live?: LiveRun): Outcome {
  return {
    kind: 'failed',
    ...(live && { executionId: live.executionId }),
    error,
    emitted: [],
    logs: live?.lines ?? [],
    startedAtMs: Math.round(Date.now() - durationMs),
    durationMs: Math.round(durationMs),
    memoryBytes: 0,
    hostCalls,
  };
}
