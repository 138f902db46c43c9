import type { SandboxLogLine, SandboxOutcome } from '@jobico/component';
import type { EmittedEvent, ExecutionError, LogLine } from '@jobico/contract';
import type { Redactor } from '../secrets/redactor.ts';
import type { LiveRun } from '../live-logs.ts';
import type { Outcome } from '../work.ts';

/** What a sandbox tells of an attempt, with what the attempt did outside of it; no secret of the job is left in it. */
export function outcomeOf(
  outcome: SandboxOutcome,
  did: { emitted: EmittedEvent[]; hostCalls: number; live: LiveRun | undefined; redactor?: Redactor | undefined },
): Outcome {
  const { redactor } = did;
  const said = (text: string) => redactor?.text(text) ?? text;
  if (outcome.status === 'skipped') return { kind: 'unrun' };
  const base = {
    ...(did.live && { executionId: did.live.executionId }),
    logs: recordedLines(outcome.logs, redactor),
    startedAtMs: outcome.startedAt,
    durationMs: Math.round(outcome.durationMs * 1000) / 1000,
    memoryBytes: outcome.memoryBytes,
    hostCalls: did.hostCalls,
  };
  if (outcome.status !== 'ok') {
    return {
      ...base,
      kind: 'failed',
      emitted: [],
      error: { code: outcome.status, message: said(outcome.message ?? '') },
    };
  }
  const result = outcome.result === undefined ? undefined : (redactor?.json(outcome.result) ?? outcome.result);
  const emitted = redactor ? did.emitted.map((event) => withoutSecrets(event, redactor)) : did.emitted;
  return { ...base, kind: 'ok', emitted, ...(result !== undefined && { result }) };
}

function withoutSecrets(event: EmittedEvent, redactor: Redactor): EmittedEvent {
  const { key, data } = event;
  return { ...event, ...(key !== undefined && { key: redactor.text(key) }), data: redactor.value(data) };
}

/** Lines of a job as records have them. */
export function recordedLines(lines: readonly SandboxLogLine[], redactor?: Redactor): LogLine[] {
  return lines.map(({ time, level, message }) => ({
    time: new Date(time).toISOString(),
    level,
    message: redactor?.text(message) ?? message,
  }));
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
