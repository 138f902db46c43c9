import { endOfString } from '@jobico/contract';

const QUOTE = 34;
const COMMA = 44;

/**
 * The index of the comma or brace that follows the value at `from`, a field's. `marks` gets where the items of an array
 * begin and end: its brackets and the commas between them.
 */
export function endOfValue(body: string, from: number, marks?: number[]): number {
  let depth = 0;
  for (let at = from; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) at = endOfString(body, at);
    else if (code === COMMA) {
      if (depth === 0) return at;
      if (depth === 1) marks?.push(at);
    }
    // [ and {, ] and }
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth === 1) marks?.push(at);
    } else if (code === 93 || code === 125) {
      if (depth === 0) return at;
      if (depth === 1) marks?.push(at);
      depth -= 1;
    }
  }
  return body.length;
}

/** The texts of the items of an array that is not empty, out of JSON that is known to be one. */
export function textsOfItems(json: string): string[] {
  const marks: number[] = [];
  endOfValue(json, 0, marks);
  return marks.slice(1).map((end, index) => json.slice((marks[index] ?? 0) + 1, end).trim());
}

/** The text of an object's field out of JSON that is known to be an object; of one that stands twice the last, as for JSON.parse. */
export function textOfField(json: string, name: string): string | undefined {
  let text: string | undefined;
  let at = json.indexOf('{') + 1;
  for (;;) {
    const open = json.indexOf('"', at);
    if (open < 0) return text;
    const close = endOfString(json, open);
    const value = json.indexOf(':', close) + 1;
    at = endOfValue(json, value);
    if (isName(json.slice(open, close + 1), name)) text = json.slice(value, at).trim();
  }
}

/** Whether a JSON string, with its quotes, is a name, written with escapes or without. */
function isName(quoted: string, name: string): boolean {
  return quoted.includes('\\')
    ? JSON.parse(quoted) === name
    : quoted.length === name.length + 2 && quoted.slice(1, -1) === name;
}
