import { asJobicoError, JobicoError, nearest, toProblem, type Fault } from '@jobico/contract';
import { Errors } from '@oclif/core';
import { neutralise, neutraliseJson, neutraliseLines } from './neutralise.ts';
import { style } from './style.ts';

/** A fault whose place in a file is known. */
export interface LocatedFault extends Fault {
  file?: string;
  line?: number;
}

export interface TellOptions {
  /** A problem object on standard output instead of text on standard error. */
  isJson: boolean;
  /** With stack traces. */
  isDebug: boolean;
  /** Names that a misspelt flag may have meant, without dashes. */
  flags?: readonly string[];
}

/** Tells an error to the user and answers the exit code that it stands for. */
export function tell(error: unknown, { isJson, isDebug, flags = [] }: TellOptions): number {
  const known = knownError(error, flags);
  if (isJson) console.log(neutraliseJson(JSON.stringify({ error: problemOf(known) }, null, 2)));
  else console.error(textOf(known));
  if (isDebug) console.error(stackOf(error));
  return known.exitCode;
}

/** The CLI's own failure is the user's to see: there is no log to look it up in. */
function problemOf(error: JobicoError): unknown {
  return { ...toProblem(error), ...(error.code === 'internal' && { detail: error.message }) };
}

/** An error as text: code and message, the faults with their places, what to do. */
export function textOf(error: JobicoError): string {
  const [first = '', ...more] = neutraliseLines(error.message);
  const mark = style('red', '✗', process.stderr);
  return [
    `${mark} ${style('bold', error.code, process.stderr)}: ${first}`,
    ...more,
    ...error.faults.flatMap(faultLines),
    ...(error.hint === undefined ? [] : ['', ...neutraliseLines(error.hint)]),
  ].join('\n');
}

function faultLines(fault: LocatedFault): string[] {
  const { path, message, value, allowed, suggestion, file, line } = fault;
  const place = [file, line].filter((part) => part !== undefined).join(':');
  const where = [place, path || (place ? '' : 'the whole')].filter((part) => part !== '').join('  ');
  return [
    '',
    `  ${style('bold', neutralise(where), process.stderr)}`,
    `    ${neutralise(message)}${value === undefined ? '' : `: ${neutralise(value)}`}`,
    ...(allowed === undefined ? [] : [`    allowed: ${neutralise(allowed)}`]),
    ...(suggestion === undefined ? [] : [`    did you mean ${neutralise(suggestion)}?`]),
  ];
}

function knownError(error: unknown, flags: readonly string[]): JobicoError {
  if (error instanceof JobicoError || !(error instanceof Errors.CLIError)) return asJobicoError(error);
  const message = error.message.replace(/\nSee more help with --help$/, '');
  return new JobicoError('usage', message, { hint: suggestionFor(error, flags) ?? 'See --help.', cause: error });
}

function suggestionFor(error: object, flags: readonly string[]): string | undefined {
  const unknown = 'flags' in error && Array.isArray(error.flags) ? (error.flags as unknown[]) : [];
  const found = unknown.flatMap((flag) => nearest(String(flag).replace(/^-+/, ''), flags) ?? []);
  return found.length > 0 ? `Did you mean ${found.map((flag) => `--${flag}`).join(', ')}? See --help.` : undefined;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${neutraliseLines(error.stack ?? '').join('\n')}${cause}`;
}
