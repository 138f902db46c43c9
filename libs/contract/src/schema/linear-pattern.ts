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
 * be kept busy for years by forty characters. What is plainly linear runs on the engine of JavaScript, the rest on RE2;
 * {@link patternCost} tells how long they may take. Throws with what is wrong; look-around and back-references need
 * backtracking and are refused.
 */
export function linearPattern(source: string, flags = 'u'): Pattern {
  if (source.length > LONGEST) throw new Error(`a pattern is longer than ${LONGEST} characters`);
  const native = new RegExp(source, flags);
  if (nativeCost(source) !== undefined) return native;
  const compiled = compile(source);
  return { test: (text) => compiled.matcher(text).find(), toString: () => String(native) };
}

/** Instructions that a pattern may have followed at each character of a text, of some 30 ns each. */
export function patternCost(source: string): number {
  if (source.length > LONGEST) return 0;
  return nativeCost(source) ?? compile(source).programSize();
}

/** They are needed when a schema is weighed, and when code is made of it. */
const recent = new Map<string, RE2JS>();
const MOST_RECENT = 100;

function compile(source: string): RE2JS {
  let compiled = recent.get(source);
  if (compiled) return compiled;
  for (const [, most] of source.matchAll(/\{\d*,?(\d+)\}/g)) {
    if (Number(most) > MOST_REPEATED)
      throw new Error(`the pattern ${shownPattern(source)} repeats more than ${MOST_REPEATED} times`);
  }
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
const BOUNDED = String.raw`(?:\?|\{\d{1,4}(?:,\d{1,4})?\})?`;
const STEP = `${ATOM}${BOUNDED}`;
// At its beginning alone it can begin to match, and one repetition without a bound can give way to nothing else.
const PLAIN = new RegExp(`^\\^(?:${STEP}){0,40}(?:${ATOM}[*+])?(?:${ATOM}){0,40}\\$$`);
const FIXED = new RegExp(`^\\^?(?:${ATOM}){1,40}\\$?$`);
const VARIABLE = /\?|\{(\d+),(\d+)\}/g;
const ENDLESS = /[*+]/;

/** Ways in which bounded repetitions may be tried one with another, beside one without a bound and without. */
const MOST_WAYS = 20_000;
const MOST_WAYS_ENDLESS = 32;
/** Ways that are tried in the time of an instruction of RE2. */
const WAYS = 3;

/** What a pattern costs on the engine of JavaScript, for each character; undefined for one that it may not be given to. */
function nativeCost(source: string): number | undefined {
  if (FIXED.test(source)) return 1;
  if (!PLAIN.test(source)) return undefined;
  let ways = 1;
  let length = 1;
  let variable = 0;
  // Some of them may stand in a class, and be no repetition: that errs on the safe side.
  for (const [, least = 0, most = 1] of source.matchAll(VARIABLE)) {
    ways *= Number(most) - Number(least) + 1;
    length += Number(most);
    variable += 1;
  }
  // Each way goes through all that an endless one takes.
  if (ENDLESS.test(source)) return ways <= MOST_WAYS_ENDLESS ? Math.ceil(ways / WAYS) : undefined;
  if (variable <= 1) return 1;
  return ways <= MOST_WAYS ? Math.ceil((WAYS * ways) / length) : undefined;
}
