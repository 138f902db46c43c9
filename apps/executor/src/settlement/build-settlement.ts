import {
  isoTime,
  LIMITS,
  parseExactJson,
  type EmittedEvent,
  type Execution,
  type ExecutionError,
  type ExecutionStatus,
  type RetryPolicy,
} from '@jobico/contract';
import {
  createEventId,
  outgoingId,
  recordedEvent,
  traceOf,
  type DeadLetterBody,
  type DeclaredEvent,
  type QueuedEvent,
  type Settlement,
} from '@jobico/messaging';
import type { Attempt, Result, Verdict } from '../work.ts';
import { retryDelayMs } from './retry.ts';

/** A settlement and, where the event is to run again, when. */
export interface Decision {
  settlement: Settlement;
  /** Milliseconds since 1970. */
  retryAtMs?: number;
}

export interface DecisionContext {
  queue: string;
  node: string;
  nowMs: number;
  /** When the event became ready for this attempt, in milliseconds since 1970. */
  readyAtMs: number;
}

/** What a result means: recorded as ok, tried again, sent to the error route, or kept as a dead letter. */
export function decide(work: Attempt, result: Result, context: DecisionContext): Decision {
  const decision = decideOutcome(work, result, context);
  const { inputs } = result;
  return inputs === undefined ? decision : { ...decision, settlement: { ...decision.settlement, inputs } };
}

function decideOutcome(work: Attempt, result: Result, context: DecisionContext): Decision {
  const { job } = work.declared;
  if (result.kind === 'ok') {
    const value = valueOf(result.result);
    if (value === TOO_DEEP)
      return decideOutcome(work, { ...result, kind: 'failed', emitted: [], error: TOO_DEEP }, context);
    const routed = job.ok === undefined ? [] : [route(work, 'ok', job.ok, value, context.nowMs)];
    const execution = executionOf(work, result, 'ok', [...routed, ...result.emitted], context, value);
    return { settlement: settlementOf(execution, work.event) };
  }
  const error = result.error ?? { code: 'platform', message: 'no reason was given' };
  const delayMs = delayOf(error, job.retry, work.attempt);
  if (delayMs !== undefined) {
    const retryAtMs = context.nowMs + delayMs;
    const execution = executionOf(work, result, 'retry', [], context);
    return {
      retryAtMs,
      settlement: settlementOf({ ...execution, nextAttemptAt: new Date(retryAtMs).toISOString() }, work.event),
    };
  }
  if (job.error !== undefined) {
    const data = { event: payloadOf(work.event).data, error };
    const execution = executionOf(
      work,
      result,
      'failed',
      [route(work, 'error', job.error, data, context.nowMs)],
      context,
    );
    return { settlement: settlementOf(execution, work.event) };
  }
  return { settlement: settlementOf(executionOf(work, result, 'dead', [], context), work.event) };
}

/** Milliseconds until the next attempt; undefined if this was the last. */
function delayOf({ code }: ExecutionError, policy: RetryPolicy, attempt: number): number | undefined {
  // It was not the event's fault: it waits for nothing, and does not give up because of it.
  if (code === 'interrupted') return 0;
  return code === 'permanent' || attempt >= policy.maximumAttempts ? undefined : retryDelayMs(policy, attempt);
}

const TOO_DEEP = { code: 'trap', message: 'the result is nested too deep' } as const;

/** The sandbox has seen that the result is JSON; how deep it is shows here. */
function valueOf(result: string | undefined): unknown {
  try {
    return result === undefined ? null : parseExactJson(result);
  } catch {
    return TOO_DEEP;
  }
}

/** The settlement of an event that may not run. */
export function decideUnrun(
  unrun: Omit<Attempt, 'declared'>,
  { declared, error, faults }: Verdict,
  context: DecisionContext,
): Decision {
  const execution: Execution = { ...withoutResult({ ...unrun, declared }, context), status: 'dead', error };
  return { settlement: settlementOf(execution, unrun.event, faults) };
}

/**
 * The settlement of an attempt that may have begun in a process that was lost. Once it is on record the next attempt is
 * another one, whoever makes it, and what the lost process still says of this one is refused.
 */
export function settleLost(work: Attempt, context: DecisionContext): Settlement {
  const execution: Execution = {
    ...withoutResult(work, context),
    status: 'retry',
    error: { code: 'interrupted', message: 'it may have begun in an executor that lost the queue' },
    nextAttemptAt: new Date(context.nowMs).toISOString(),
  };
  return settlementOf(execution, work.event);
}

function withoutResult(
  { declared, event, key, attempt }: Omit<Attempt, 'declared'> & { declared: DeclaredEvent | undefined },
  context: DecisionContext,
): Omit<Execution, 'status'> {
  return {
    id: createEventId(context.nowMs),
    tenant: event.tenant,
    package: declared?.version.id ?? '',
    version: declared?.version.version ?? 0,
    job: declared?.job.id ?? '',
    event: recordedEvent(event, key),
    attempt,
    startedAt: new Date(context.nowMs).toISOString(),
    durationMs: 0,
    waitedMs: Math.max(0, context.nowMs - event.timeMs),
    queue: context.queue,
    sequence: event.sequence,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: context.node,
  };
}

/** An outcome with what it takes to keep a dead letter of the event, should that be the outcome that stands. */
export function settlementOf(execution: Execution, event: QueuedEvent, faults?: Verdict['faults']): Settlement {
  return {
    execution,
    deadLetterOf: (standing) => ({ ...deadLetterOf(standing, event), ...(faults && { faults: [...faults] }) }),
  };
}

/** Characters of an error's message, where little may be put on record. */
const MAX_SHOWN = 1000;

/**
 * What is put on record in place of an outcome that no message can hold: tried again it would not be smaller. An event that
 * is to run again still does; one that has ended becomes a dead letter.
 */
export function settleTooLarge(settlement: Settlement, why: string): Settlement {
  const { result: _result, ...execution } = settlement.execution;
  const { key, ...event } = execution.event;
  const said = execution.error?.message.slice(0, MAX_SHOWN);
  const lost = `what came of it cannot be recorded: ${why}${said === undefined ? '' : `; it had failed: ${said}`}`;
  const isKept = execution.status === 'retry' || execution.status === 'dead';
  return {
    ...settlement,
    execution: {
      ...execution,
      event: { ...event, ...(key !== undefined && key.length <= LIMITS.keyLength && { key }) },
      ...(!isKept && { status: 'dead' }),
      error:
        isKept && execution.error ? { ...execution.error, message: said ?? '' } : { code: 'platform', message: lost },
      emitted: [],
      logs: [],
    },
  };
}

function executionOf(
  work: Attempt,
  result: Result,
  status: ExecutionStatus,
  emitted: EmittedEvent[],
  context: DecisionContext,
  value?: unknown,
): Execution {
  const { declared, event, key, attempt } = work;
  return {
    id: result.executionId ?? createEventId(context.nowMs),
    tenant: event.tenant,
    package: declared.version.id,
    version: declared.version.version,
    job: declared.job.id,
    event: recordedEvent(event, key),
    attempt,
    status,
    startedAt: isoTime(result.startedAtMs),
    durationMs: result.durationMs,
    waitedMs: Math.max(0, result.startedAtMs - context.readyAtMs),
    queue: context.queue,
    sequence: event.sequence,
    ...(status === 'ok' && { result: value }),
    ...(result.error && { error: result.error }),
    emitted,
    logs: result.logs,
    usage: { memoryBytes: result.memoryBytes, hostCalls: result.hostCalls },
    ...(result.inputs && { inputsKept: { calls: result.inputs.calls.length } }),
    node: context.node,
    ...traceOf(event),
  };
}

function route(work: Attempt, name: 'ok' | 'error', event: string, data: unknown, nowMs: number): EmittedEvent {
  const id = outgoingId(work.event.id, work.declared.job.id, name, nowMs);
  return { id, event, ...(work.key !== undefined && { key: work.key }), data, route: name };
}

function deadLetterOf(execution: Execution, event: QueuedEvent): DeadLetterBody {
  const { id, name, key, redriveOf, replayOf } = execution.event;
  return {
    tenant: execution.tenant,
    queue: execution.queue,
    time: execution.startedAt,
    event: {
      id,
      name,
      ...(key !== undefined && { key }),
      ...(redriveOf && { redriveOf }),
      ...(replayOf && { replayOf }),
    },
    sequence: execution.sequence,
    attempts: execution.attempt,
    ...(execution.package && { package: execution.package }),
    ...(execution.job && { job: execution.job }),
    execution: execution.id,
    error: execution.error ?? { code: 'platform', message: 'no reason was given' },
    ...payloadOf(event),
  };
}

/** The payload as JSON, or its text where it is none: text that is a string in JSON would look the same. */
function payloadOf({ text }: QueuedEvent): { data: unknown; isText?: true } {
  try {
    return { data: parseExactJson(text) };
  } catch {
    return { data: text, isText: true };
  }
}
