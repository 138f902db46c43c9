import { destination, pino, type Logger as PinoLogger } from 'pino';

/** What libraries and apps log with. They take one and never make one; `child({ module })` names the part. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Default `info`. */
  level?: string;
  /** A file instead of standard error; standard output is for results. */
  file?: string;
  /** Fields of every line. */
  base?: Record<string, string | number>;
}

/** Paths whose values never reach a log line. */
const REDACTED = ['*.authorization', '*.token', '*.secret', '*.password', 'headers.authorization', 'headers.cookie'];

/** A logger that writes JSON lines to standard error or to a file. */
export function createLogger({ level = 'info', file, base = {} }: LoggerOptions = {}): Logger {
  return pino(
    {
      level,
      base,
      redact: { paths: REDACTED, censor: '[redacted]' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    destination({ dest: file ?? 2, mkdir: true, sync: false }),
  );
}

/** A logger that writes nothing. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
