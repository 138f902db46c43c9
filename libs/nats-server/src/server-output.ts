import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const KEPT_LINES = 20;

/** Where the server's lines go; a pino logger fits. */
export interface NatsServerLog {
  debug: (message: string) => void;
  info: (message: string) => void;
  warn: (message: string) => void;
  error: (message: string) => void;
}

export interface ServerOutput {
  /** The last lines, oldest first, without time and process id. */
  lastLines: () => readonly string[];
  /** From now on a warning is logged as one. During a start everything is `debug`: a failure is reported as an error. */
  serverIsReady: () => void;
}

/** Reads what nats-server prints, line by line. It must be read: a full pipe would stop the server. */
export function readOutput(stream: Readable, log: NatsServerLog | undefined): ServerOutput {
  const kept: string[] = [];
  let isReady = false;
  createInterface({ input: stream }).on('line', (line) => {
    const { level, text } = parseLine(line);
    kept.push(text);
    if (kept.length > KEPT_LINES) kept.shift();
    log?.[isReady ? level : 'debug'](`nats-server: ${text}`);
  });
  return {
    lastLines: () => [...kept],
    serverIsReady: () => {
      isReady = true;
    },
  };
}

/** `[pid] 2026/11/21 10:40:58.659471 [INF] JetStream Shutdown`; the server's "info" tells of itself, not of us. */
function parseLine(line: string): { level: keyof NatsServerLog; text: string } {
  const [, mark, text] = /^\[\d+\] \S+ \S+ \[(\w{3})\] (.*)$/.exec(line) ?? [];
  if (mark === undefined || text === undefined) return { level: 'debug', text: line };
  if (mark === 'WRN') return { level: 'warn', text };
  if (mark === 'ERR' || mark === 'FTL') return { level: 'error', text };
  return { level: 'debug', text };
}
