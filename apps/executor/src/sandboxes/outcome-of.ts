import type { SandboxLogLine, SandboxOutcome } from '@jobico/component';
import type { EmittedEvent, ExecutionError, LogLine } from '@jobico/contract';
import { recordInputs, type Inputs } from '../host/recorded-inputs.ts';
import type { LiveRun } from '../live-logs.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Outcome, Result } from '../work.ts';
import type { AttemptInside } from './attempts-inside.ts';

/** What a sandbox tells of an attempt, with what the attempt did outside of it; no secret of the job is left in it. */
export function outcomeOf(
  outcome: SandboxOutcome,
  did: {
    emitted: EmittedEvent[];
    hostCalls: number;
    live: LiveRun | undefined;
    inputs?: Inputs | undefined;
    redactor?: Redactor | undefined;
  },
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
    ...(did.inputs && { inputs: did.inputs }),
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

/**
 * What the record keeps of an attempt's inputs: as its job says, of every one or of those that failed; no secret of the job
 * is left in it.
 */
export function inputsOf(
  attempt: Pick<AttemptInside, 'work' | 'inputs' | 'redactor'>,
  isOk: boolean,
): Inputs | undefined {
  const { work, inputs, redactor } = attempt;
  const { record } = work.declared.job;
  if (record === undefined || (isOk && record === 'failures')) return undefined;
  const taken = (inputs ?? recordInputs(work.event.text)).taken();
  if (redactor === undefined) return taken;
  return { ...taken, data: redactor.json(taken.data), calls: redactor.value(taken.calls) as Inputs['calls'] };
}

/**
 * What is made of an attempt. What goes wrong there ends this one attempt: thrown further it would end the process, and the
 * next one that runs the event.
 */
export function contained<O extends Outcome>(
  { hostCalls, live }: Pick<AttemptInside, 'hostCalls' | 'live'>,
  durationMs: number,
  make: () => O,
): O | Result {
  try {
    return make();
  } catch (error) {
    // Its message may quote what has not been redacted.
    const what = error instanceof Error ? error.name : typeof error;
    const message = `its outcome could not be recorded: ${what}`;
    return failureOf({ code: 'platform', message }, durationMs, hostCalls, live);
  }
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
export function failureOf(error: ExecutionError, durationMs = 0, hostCalls = 0, live?: LiveRun): Result {
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
