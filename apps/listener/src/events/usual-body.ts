import { endOfString, LIMITS, MAX_JSON_DEPTH } from '@jobico/contract';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** What a bracket lacks to be a brace. */
const BRACE_BIT = 32;

const BEGIN = /^\s*\{\s*"data"\s*:\s*\[/;
/** The object and the array around the items. */
const LEVELS_AROUND = 2;

/**
 * The texts of the items of `{"data":[…]}`, as almost every body is, in one pass that sees to the depth too. Undefined for
 * every other body. Only if the body is JSON at all do they mean anything.
 */
export function textsOfUsualBody(body: string): string[] | undefined {
  const begin = BEGIN.exec(body)?.[0].length;
  const marks = begin === undefined ? undefined : marksOfItems(body, begin - 1);
  const end = marks?.at(-1);
  if (!marks || end === undefined || body.slice(end + 1).trim() !== '}') return undefined;
  return marks.slice(1).map((mark, index) => body.slice((marks[index] ?? 0) + 1, mark).trim());
}

/** Where the array that opens at `open` has its brackets and the commas between its items; undefined without an end, too deep, or with too many. */
function marksOfItems(body: string, open: number): number[] | undefined {
  const marks = [open];
  let depth = 1;
  for (let at = open + 1; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) at = endOfString(body, at);
    else if (code === COMMA) {
      if (depth !== 1) continue;
      if (marks.length >= LIMITS.requestEvents) return undefined;
      marks.push(at);
    } else if ((code | BRACE_BIT) === OPEN_BRACE) {
      depth += 1;
      if (depth + LEVELS_AROUND - 1 > MAX_JSON_DEPTH) return undefined;
    } else if ((code | BRACE_BIT) === CLOSE_BRACE) {
      depth -= 1;
      if (depth === 0) {
        marks.push(at);
        return marks;
      }
    }
  }
  return undefined;
}
