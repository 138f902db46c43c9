import { destination, multistream, pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { callerOf } from './caller.ts';
import { createRotatingFile, type RotationOptions } from './rotating-file.ts';

/** What libraries and apps log with. They take one and never make one; `child({ module })` names the part. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Default `info`. */
  level?: string;
  /** A file; standard output is for results. */
  file?: string;
  /** Of the file; left out, it grows. */
  rotation?: RotationOptions;
  /** Whether standard error gets the lines. Default: where there is no file. */
  console?: boolean;
  /** Whether each line has the place that wrote it, as `caller`. Default false. */
  caller?: boolean;
  /** Whether each line has its time. Default true. */
  time?: boolean;
  /** Fields of every line. */
  base?: Record<string, string | number>;
}

/** Paths whose values never reach a log line. */
const REDACTED = ['*.authorization', '*.token', '*.secret', '*.password', 'headers.authorization', 'headers.cookie'];
const STANDARD_ERROR = 2;

/** A logger that writes JSON lines to standard error, to a file, or to both. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', caller = false, time = true, base = {} } = options;
  return pino(
    {
      level,
      base,
      redact: { paths: REDACTED, censor: '[redacted]' },
      timestamp: time && (() => `,"time":"${new Date().toISOString()}"`),
      ...(caller && { mixin: () => ({ caller: callerOf() }) }),
    },
    streamOf(options),
  );
}

function streamOf({ file, rotation, console = file === undefined }: LoggerOptions): DestinationStream {
  const streams: DestinationStream[] = [];
  if (file !== undefined) {
    streams.push(rotation ? createRotatingFile(file, rotation) : destination({ dest: file, mkdir: true, sync: false }));
  }
  if (console) streams.push(destination({ dest: STANDARD_ERROR, sync: false }));
  const [only] = streams;
  // The logger itself decides by level.
  return only && streams.length === 1 ? only : multistream(streams.map((stream) => ({ stream, level: 'trace' })));
}

/** A logger that writes nothing. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
