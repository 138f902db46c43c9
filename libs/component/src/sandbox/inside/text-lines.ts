import type { LogLevel } from '../wire.ts';

const MAX_LINE = 8192;

/** Standard output comes in pieces of bytes; the log wants lines. */
export interface LineBuffer {
  readonly write: (bytes: Uint8Array) => void;
  /** Gives what has no line break yet. */
  flush(): void;
}

export function createLineBuffer(level: LogLevel, log: (level: LogLevel, line: string) => void): LineBuffer {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    write(bytes) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log(level, line);
      if (rest.length > MAX_LINE) {
        log(level, rest);
        rest = '';
      }
    },
    flush() {
      if (rest !== '') log(level, rest);
      rest = '';
    },
  };
}
