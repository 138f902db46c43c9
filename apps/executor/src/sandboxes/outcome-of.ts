import type { SandboxOutcome } from '@jobico/component';
import type { EmittedEvent, ExecutionError } from '@jobico/contract';
import type { Outcome } from '../work.ts';

/** What a sandbox tells of an attempt, with what the attempt did outside of it. */
export function outcomeOf(outcome: SandboxOutcome, did: { emitted: EmittedEvent[]; hostCalls: number }): Outcome {
  if (outcome.status === 'skipped') return { kind: 'unrun' };
  const base = {
    logs: outcome.logs.map(({ time, level, message }) => ({ time: new Date(time).toISOString(), level, message })),
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

/** An attempt that was ended by force, or could not begin. */
export function failureOf(error: ExecutionError, durationMs = 0, hostCalls = 0): Outcome {
  return {
    kind: 'failed',
    error,
    emitted: [],
    logs: [],
    startedAtMs: Math.round(Date.now() - durationMs),
    durationMs: Math.round(durationMs),
    memoryBytes: 0,
    hostCalls,
  };
}
