import { RE2JS } from 're2js';

/** What ajv asks of a regular expression. */
interface Pattern {
  test: (text: string) => boolean;
  /** Tells one pattern from another. */
  toString: () => string;
}

/** Longest pattern, in UTF-16 units. */
const LONGEST = 1000;
/** Steps of a bounded repetition, for the engine that unrolls them. */
const MOST_REPEATED = 1000;

/**
 * A pattern of a schema as something that takes time linear in the text, whatever stands in both: a backtracking engine can
 * be kept busy for years by forty characters. What is plainly linear runs on the engine of JavaScript, the rest on RE2.
 * Throws with what is wrong; look-around and back-references need backtracking and are refused.
 */
export function linearPattern(source: string, flags = 'u'): Pattern {
  if (source.length > LONGEST) throw new Error(`a pattern is longer than ${LONGEST} characters`);
  const native = new RegExp(source, flags);
  if (isPlainlyLinear(source)) return native;
  for (const [, most] of source.matchAll(/\{\d*,?(\d+)\}/g)) {
    if (Number(most) > MOST_REPEATED)
      throw new Error(`the pattern ${shownPattern(source)} repeats more than ${MOST_REPEATED} times`);
  }
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
  return { test: (text) => compiled.matcher(text).find(), toString: () => String(native) };
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
