import { readHostRequest } from './calls.ts';
import type { HostRequest } from './calls.ts';
import { resultProblem } from './result.ts';
import { FROM_SANDBOX, LEVELS, MAX_MESSAGE_LENGTH, STATUSES } from './wire.ts';
import type { ComponentLimits, LogLevel, SandboxStatus } from './wire.ts';

/** One line that a job wrote. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
}

/** What a sandbox said, checked as far as the message alone allows. */
export type Incoming =
  | { kind: 'ready' }
  | { kind: 'loaded'; component: number; memoryBytes: number }
  | { kind: 'notLoaded'; component: number; message: string }
  | { kind: 'entered'; n: number }
  | { kind: 'done'; n: number; fields: readonly unknown[] }
  | { kind: 'call'; n: number; callId: number; request: HostRequest }
  | { kind: 'logged'; n: number; lines: unknown };

/** A sandbox broke the protocol: it is killed, and nothing it said last is believed. */
export class Violation extends Error {}

function violation(message: string): never {
  throw new Violation(message);
}

/** The messages of a frame of a process that may be under a job's control. Throws Violation. */
export function messagesOf(frame: unknown, bytes: Uint8Array): readonly unknown[] {
  if (!Array.isArray(frame)) violation('a message that is no array');
  if (frame[0] !== FROM_SANDBOX.several) return [frame];
  if (bytes.length > 0) violation('bytes where none belong');
  return frame.slice(1);
}

/** Reads one of them. Throws Violation. */
export function readIncoming(message: unknown, bytes: Uint8Array): Incoming {
  if (!Array.isArray(message)) violation('a message that is no array');
  const [operation, ...fields] = message as unknown[];
  if (operation !== FROM_SANDBOX.call && bytes.length > 0) violation('bytes where none belong');
  const [first, second] = fields;
  switch (operation) {
    case FROM_SANDBOX.ready:
      return { kind: 'ready' };
    case FROM_SANDBOX.loaded:
      return { kind: 'loaded', component: count(first), memoryBytes: count(second) };
    case FROM_SANDBOX.notLoaded:
      return { kind: 'notLoaded', component: count(first), message: text(second, MAX_MESSAGE_LENGTH) };
    case FROM_SANDBOX.entered:
      return { kind: 'entered', n: count(first) };
    case FROM_SANDBOX.done:
      return { kind: 'done', n: count(first), fields: fields.slice(1) };
    case FROM_SANDBOX.call:
      return readCall(fields, bytes);
    case FROM_SANDBOX.logged:
      return { kind: 'logged', n: count(first), lines: second };
    default:
      return violation('a message of an unknown kind');
  }
}

function readCall([n, callId, kind, args]: unknown[], view: Uint8Array): Incoming {
  if (!Array.isArray(args)) violation('a host call without arguments');
  // The bytes are a view of a buffer that is used again.
  const request = readHostRequest(kind, args as unknown[], new Uint8Array(view));
  if (request === undefined) violation('a host call whose arguments no honest sandbox sends');
  return { kind: 'call', n: count(n), callId: count(callId), request };
}

/** An execution's end as the sandbox tells it; times are still its word. */
export interface ReadOutcome {
  readonly status: SandboxStatus;
  readonly text: string | null;
  readonly logs: LogLine[];
  readonly linesCut: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly memoryBytes: number;
}

/** The fields of an outcome after `n`, within the limits of its component. Throws Violation. */
export function readOutcome(fields: readonly unknown[], limits: ComponentLimits): ReadOutcome {
  const [status, value, logs, linesCut, startedAt, durationMs, memoryBytes] = fields;
  const name = STATUSES[count(status)] ?? violation('an unknown status');
  return {
    status: name,
    text: readText(name, value, limits),
    logs: readLogs(logs, limits),
    linesCut: count(linesCut),
    startedAt: finite(startedAt),
    durationMs: finite(durationMs),
    memoryBytes: count(memoryBytes),
  };
}

function readText(status: SandboxStatus, value: unknown, limits: ComponentLimits): string | null {
  if (value === null && (status === 'ok' || status === 'skipped')) return null;
  if (typeof value !== 'string') return violation('an outcome without its text');
  if (status === 'ok') {
    const problem = resultProblem(value, limits.resultBytes);
    return problem === undefined ? value : violation(problem);
  }
  return text(value, MAX_MESSAGE_LENGTH);
}

/** Log lines within what their execution may still write. Throws Violation. */
export function readLogs(value: unknown, limits: Pick<ComponentLimits, 'logLines' | 'logBytes'>): LogLine[] {
  if (!Array.isArray(value) || value.length > limits.logLines) return violation('more log lines than the limit');
  let bytesLeft = limits.logBytes;
  return (value as unknown[]).map((line) => {
    if (!Array.isArray(line)) return violation('a log line that is none');
    const [time, level, message] = line as unknown[];
    const checked = text(message, limits.logBytes);
    bytesLeft -= Buffer.byteLength(checked);
    if (bytesLeft < 0) violation('more log text than the limit');
    return { time: moment(time), level: LEVELS[count(level)] ?? violation('an unknown log level'), message: checked };
  });
}

function text(value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value.length > maxLength || !value.isWellFormed()) violation('a text that is none');
  return value;
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) violation('a number that is no count');
  return value as number;
}

/** A time that can be written as a date. */
function moment(value: unknown): number {
  const time = finite(value);
  return Math.abs(time) <= LAST_MOMENT ? time : violation('a time that is none');
}

const LAST_MOMENT = 8.64e15;

function finite(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) violation('a number that is none');
  return value;
}
