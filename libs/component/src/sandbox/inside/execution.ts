import { Buffer } from 'node:buffer';

import { LEVELS } from '../wire.ts';
import type { ComponentLimits, EventTuple, LogLevel, LogTuple } from '../wire.ts';
import { nothingTold } from './live-lines.ts';
import type { LiveLines, Told } from './live-lines.ts';
import type { SourcePlaces } from './source-places.ts';

const now = Date.now;
const LEVEL_NUMBERS: ReadonlyMap<string, number> = new Map(LEVELS.map((level, index) => [level, index]));

/** One event in the hands of an instance: who asks when the job calls a host function. */
export interface Execution {
  readonly n: number;
  readonly logs: LogTuple[];
  linesCut: number;
  readonly live: Told;
  callsUnderWay: number;
  /** What it wrote to standard error: where a runtime says why it is about to trap. */
  readonly lastWords: LastWords;
  /** Its outcome has gone out: nothing more may be said of it. */
  isOver: boolean;
  log(level: LogLevel, message: string): void;
}

export interface LastWords {
  push(line: string): void;
  /** The last lines, each after a line break. */
  text(): string;
}

const KEPT_LINES = 12;
const KEPT_LINE_LENGTH = 512;

function createLastWords(): LastWords {
  const lines: string[] = [];
  return {
    push(line) {
      if (line.trim() === '') return;
      lines.push(line.slice(0, KEPT_LINE_LENGTH));
      if (lines.length > KEPT_LINES) lines.shift();
    },
    text: () => lines.map((line) => `\n${line}`).join(''),
  };
}

/**
 * An execution that begins at a time by `performance.now()`. It keeps its log lines up to the limits; of what comes
 * after, it only counts the lines.
 */
export function createExecution(
  [n]: EventTuple,
  { limits, places }: { limits: ComponentLimits; places: SourcePlaces | undefined },
  startedAt: number,
  liveLines: LiveLines,
): Execution {
  const logs: LogTuple[] = [];
  let bytesLeft = limits.logBytes;
  const execution: Execution = {
    n,
    logs,
    linesCut: 0,
    live: nothingTold(startedAt),
    callsUnderWay: 0,
    lastWords: createLastWords(),
    isOver: false,
    log(level, message) {
      if (logs.length >= limits.logLines || bytesLeft <= 0) {
        execution.linesCut += 1;
        liveLines.written(execution);
        return;
      }
      const placed = places?.rewrite(message) ?? message;
      const kept = cutToBytes(placed, bytesLeft);
      bytesLeft = kept.length < placed.length ? 0 : bytesLeft - Buffer.byteLength(kept);
      logs.push([now(), LEVEL_NUMBERS.get(level) ?? 0, kept]);
      liveLines.written(execution);
    },
  };
  return execution;
}

function cutToBytes(text: string, maxBytes: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= maxBytes && Buffer.byteLength(whole) <= maxBytes) return whole;
  // The first bytes cannot come from more than as many units; half a character at the end goes.
  const bytes = Buffer.from(whole.slice(0, maxBytes)).subarray(0, maxBytes);
  return bytes.toString().replace(/\uFFFD+$/, '');
}
