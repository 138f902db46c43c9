import type { Flight } from './flights.ts';
import type { LogLine, ReadOutcome } from './incoming.ts';
import type { SandboxOutcome } from './sandbox.ts';

/** An outcome as the executor gets it. The times are the sandbox's word, held within what the supervisor knows. */
export function toOutcome({ n, dispatchedAt }: Flight, read: ReadOutcome): SandboxOutcome {
  const { status, text, linesCut, memoryBytes } = read;
  const now = Date.now();
  const startedAt = clamp(read.startedAt, dispatchedAt, now);
  const isOk = status === 'ok';
  return {
    n,
    status,
    ...(text !== null && (isOk ? { result: text } : { message: text })),
    logs: linesCut === 0 ? read.logs : [...read.logs, cutMarker(read.logs, linesCut, now)],
    ...(linesCut > 0 && { logsCut: true }),
    startedAt,
    durationMs: clamp(read.durationMs, 0, now - startedAt + 1),
    memoryBytes,
  };
}

function cutMarker(logs: readonly LogLine[], linesCut: number, now: number): LogLine {
  return { time: logs.at(-1)?.time ?? now, level: 'warn', message: `… ${linesCut} more lines cut` };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
