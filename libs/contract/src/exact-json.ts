/** What the language has and its typings lack: a number that is written as it was read. */
const { rawJSON } = JSON as typeof JSON & { rawJSON: (text: string) => unknown };

/** Levels of arrays and objects that a payload may have; far deeper ones overflow the stack of whoever walks them. */
export const MAX_JSON_DEPTH = 200;

/**
 * Reads JSON so that `JSON.stringify` writes every number with the digits it came with: one that a double cannot hold
 * (an integer beyond 2^53, `1.10`) is kept as text. The values are for passing on, not for reading. Throws SyntaxError,
 * for more than `maxDepth` levels too: what holds a payload has some more than the payload.
 */
export function parseExactJson(text: string, maxDepth = MAX_JSON_DEPTH): unknown {
  if (isTooDeep(text, maxDepth)) throw new SyntaxError(`nested deeper than ${maxDepth} levels`);
  // Asking about every value costs; most texts hold nothing that a double would change.
  return JSON.parse(text, MAY_LOSE_DIGITS.test(text) ? keepDigits : undefined);
}

const MAY_LOSE_DIGITS = /\d{16}|\d[.eE]|-0/;

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Whether JSON text has more levels than that; default {@link MAX_JSON_DEPTH}. */
export function isTooDeep(text: string, maxDepth = MAX_JSON_DEPTH): boolean {
  if (text.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    // [ and {, ] and }
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

/** Whether text has more UTF-8 bytes than that. A character has no more than three: few texts have to be counted. */
export const isLarger = (text: string, bytes: number): boolean =>
  text.length > bytes / 3 && Buffer.byteLength(text) > bytes;

/** The index of the quote that closes the string that opens at `open`; the length of the text if none does. */
export function endOfString(text: string, open: number): number {
  const quote = text.indexOf('"', open + 1);
  if (quote < 0) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  // Backslashes before it may be the end of an escape or begin one: they are counted from where the string begins.
  for (let at = open + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}
