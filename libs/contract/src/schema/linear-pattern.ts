import { RE2JS } from 're2js';

/** What ajv asks of a regular expression. */
interface Pattern {
  test: (text: string) => boolean;
  /** Tells one pattern from another. */
  toString: () => string;
}

/** Longest pattern, in UTF-16 units. */
const LONGEST = 1000;
/** Steps of all bounded repetitions together, for the engine that unrolls them. */
const MOST_REPEATED = 3000;

/**
 * A pattern of a schema as something that takes time linear in the text, whatever stands in both: a backtracking engine can
 * be kept busy for years by forty characters. What is plainly linear runs on the engine of JavaScript, the rest on RE2, which
 * takes up to {@link instructionsOf} times as long. Throws with what is wrong; look-around and back-references need
 * backtracking and are refused.
 */
export function linearPattern(source: string, flags = 'u'): Pattern {
  if (source.length > LONGEST) throw new Error(`a pattern is longer than ${LONGEST} characters`);
  const native = new RegExp(source, flags);
  if (isPlainlyLinear(source)) return native;
  const compiled = compile(source);
  return { test: (text) => compiled.matcher(text).find(), toString: () => String(native) };
}

/** How many instructions RE2 may follow at each character of a text; 0 for a pattern that it is not needed for. */
export function instructionsOf(source: string): number {
  return source.length > LONGEST || isPlainlyLinear(source) ? 0 : compile(source).programSize();
}

/** They are needed when a schema is weighed, and when code is made of it. */
const recent = new Map<string, RE2JS>();
const MOST_RECENT = 100;

function compile(source: string): RE2JS {
  let compiled = recent.get(source);
  if (compiled) return compiled;
  let repeated = 0;
  for (const [, most] of source.matchAll(/\{\d*,?(\d+)\}/g)) repeated += Number(most);
  if (repeated > MOST_REPEATED)
    throw new Error(`the pattern ${shownPattern(source)} repeats more than ${MOST_REPEATED} times`);
  compiled = RE2JS.compile(RE2JS.translateRegExp(source));
  if (recent.size >= MOST_RECENT) recent.clear();
  recent.set(source, compiled);
  return compiled;
}

/** ajv writes it into code that stands alone, where that is asked for; it is not. */
linearPattern.code = 'linearPattern';

const shownPattern = (source: string) => JSON.stringify(source.length > 60 ? `${source.slice(0, 60)}…` : source);

const CLASS = String.raw`\[(?:[^\]\\]|\\.)*\]`;
const ESCAPE = String.raw`\\(?:[dDwWsSnrtfv]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[^A-Za-z0-9])`;
const ATOM = String.raw`(?:${CLASS}|${ESCAPE}|[^\\()[\]{}|^$*+?])`;
/** Up to forty of one atom: what it costs stays the same however long the text is. */
const BOUNDED = String.raw`(?:\?|\{\d{1,2}(?:,\d{1,2})?\})?`;
const STEP = `${ATOM}${BOUNDED}`;
// At its beginning alone it can begin to match, and one repetition without a bound can give way to nothing else.
const PLAIN = new RegExp(`^\\^(?:${STEP}){0,40}(?:${ATOM}[*+])?(?:${ATOM}){0,40}\\$$`);
const FIXED = new RegExp(`^\\^?(?:${ATOM}){1,40}\\$?$`);

function isPlainlyLinear(source: string): boolean {
  if (FIXED.test(source)) return true;
  const optional = source.match(/[?}]/g)?.length ?? 0;
  return optional <= 3 && PLAIN.test(source);
}
