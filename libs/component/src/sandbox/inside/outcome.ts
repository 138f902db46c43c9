import { resultProblem } from '../result.ts';
import { MAX_MESSAGE_LENGTH, STATUSES } from '../wire.ts';
import type { SandboxStatus } from '../wire.ts';
import type { SourcePlaces } from './source-places.ts';

/** How an event ended: the result of `ok`, the message of everything else. */
export interface Ending {
  readonly status: SandboxStatus;
  readonly text: string | null;
}

export const SKIPPED: Ending = { status: 'skipped', text: null };

export function statusNumber(status: SandboxStatus): number {
  return STATUSES.indexOf(status);
}

/** A job's answer: JSON text or nothing. Anything else is the job's fault. */
export function endingOf(result: unknown, maxBytes: number): Ending {
  if (result === undefined || result === null) return { status: 'ok', text: null };
  if (typeof result !== 'string') return trap('the result is no string');
  const problem = resultProblem(result, maxBytes);
  return problem === undefined ? { status: 'ok', text: result } : trap(problem);
}

/**
 * What `handle` threw: a declared failure is a plain `{tag, val}`, all else an Error of WebAssembly, jco or ours. Of
 * that the guest's last words say more than the error itself.
 */
export function endingOfError(error: unknown, lastWords: { text(): string }): Ending {
  if (isDeclared(error)) return { status: error.tag, text: shorten(error.val) };
  const what = error instanceof Error ? `${error.name}: ${error.message}` : 'the job threw something that is no error';
  return trap(`${what}${lastWords.text()}`);
}

/** A failure whose stack names the lines of the job's sources. */
export function placed(ending: Ending, places: SourcePlaces | undefined): Ending {
  const { status, text } = ending;
  if (status === 'ok' || text === null || places === undefined) return ending;
  return { status, text: shorten(places.rewrite(text)) };
}

function isDeclared(error: unknown): error is { tag: 'retry' | 'permanent'; val: string } {
  if (typeof error !== 'object' || error === null || error instanceof Error) return false;
  const { tag, val } = error as { tag?: unknown; val?: unknown };
  return (tag === 'retry' || tag === 'permanent') && typeof val === 'string';
}

export function trap(message: string): Ending {
  return { status: 'trap', text: shorten(message) };
}

export function shorten(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
}
