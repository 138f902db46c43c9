import type { Host, LogLevel } from './host/host.ts';

/**
 * Writes a line into the execution's record, which keeps 1,000 lines and 64 KiB of them. Where the execution runs for more
 * than 250 ms, `jobico recorder --follow` shows it at once. Parts that are no strings are shown as JSON, errors with their stack.
 */
export type LogFunction = (...parts: unknown[]) => void;

export type Log = Readonly<Record<LogLevel, LogFunction>>;

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export function createLog(host: Host['log']): Log {
  const functionFor = (level: LogLevel): [LogLevel, LogFunction] => [
    level,
    (...parts) => host.write(level, parts.map(show).join(' ').toWellFormed()),
  ];
  return Object.fromEntries(levels.map(functionFor)) as Log;
}

/** A value as a reader of the record wants it; never throws. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return showError(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, a bigint, a toJSON that throws: the line still says what kind of thing it was.
    return Object.prototype.toString.call(value);
  }
}

/** What the build names the SDK's own modules; where in them an error passed is nothing to a job's author. */
const SDK_FRAMES = /^.*\(\/jobico\/.*\n?/gm;

/** Name, message, stack and causes. QuickJS stacks hold the frames alone, V8's begin with the message. */
function showError({ name, message, stack, cause }: Error): string {
  const head = `${name}: ${message}`;
  const frames = stack?.replace(SDK_FRAMES, '') ?? '';
  const text = frames.startsWith(head) ? frames : `${head}\n${frames}`;
  return cause === undefined ? text.trimEnd() : `${text.trimEnd()}\ncaused by ${show(cause)}`;
}
