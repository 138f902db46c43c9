import { endOfString, isTooDeep, JobicoError, LIMITS, MAX_JSON_DEPTH, type Fault } from '@jobico/contract';
import type { IntakeItem } from '@jobico/messaging';

const HINT = 'Send {"data": [ …events… ]} with content-type application/json.';

/**
 * Reads the body `{"data": [...]}`: each item as a value, to check, and as the very text it came as, which is what is
 * stored, so that numbers keep their digits and objects the order of their fields. Throws `not-json` and `bad-request`
 * with a pointer.
 */
export function readItems(body: string): IntakeItem[] {
  const values = itemsOf(parse(body));
  const texts = textsOfData(body);
  // A text that is not its value's would pass the check of another event.
  if (texts.length !== values.length) throw new RangeError(`${values.length} items, ${texts.length} texts`);
  return texts.map((text, index) => ({ value: values[index], text }));
}

function parse(body: string): unknown {
  if (isTooDeep(body)) {
    throw refused('', `is nested deeper than ${MAX_JSON_DEPTH} levels`, `at most ${MAX_JSON_DEPTH} levels`);
  }
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new JobicoError('not-json', `the body is not JSON: ${(cause as Error).message}`, { hint: HINT, cause });
  }
}

function itemsOf(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refused('', `is ${kindOf(body)}, not an object`, '{"data": […]}');
  }
  if (!Object.hasOwn(body, 'data')) throw refused('/data', 'is missing', 'an array of events');
  const { data } = body as { data: unknown };
  if (!Array.isArray(data)) throw refused('/data', `is ${kindOf(data)}, not an array`, 'an array of events');
  if (data.length === 0) throw refused('/data', 'is empty', 'at least one event');
  if (data.length > LIMITS.requestEvents)
    throw refused('/data', `has ${data.length} events`, `at most ${LIMITS.requestEvents}`);
  return data;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function refused(path: string, message: string, allowed: string): JobicoError {
  const faults: Fault[] = [{ path, message, allowed }];
  return new JobicoError('bad-request', `${path || 'the body'} ${message}`, { faults, hint: HINT });
}

/**
 * The texts of the items of the field `data`, out of a body that is known to be a JSON object with such an array. Where
 * the field stands twice, the last one counts, as it does for JSON.parse.
 */
function textsOfData(body: string): string[] {
  let marks: number[] = [];
  let at = body.indexOf('{') + 1;
  for (;;) {
    const open = body.indexOf('"', at);
    if (open < 0) break;
    const close = endOfString(body, open);
    const value = body.indexOf(':', close) + 1;
    if (isData(body.slice(open + 1, close))) {
      marks = [];
      at = endOfValue(body, value, marks);
    } else at = endOfValue(body, value);
  }
  return marks.slice(1).map((end, index) => body.slice((marks[index] ?? 0) + 1, end).trim());
}

const LONGEST_ESCAPED = '\\u0064\\u0061\\u0074\\u0061'.length;

/** Whether what stands between a name's quotes is `data`, written with escapes or without. */
function isData(name: string): boolean {
  if (name.length <= 4) return name === 'data';
  return name.length <= LONGEST_ESCAPED && name.includes('\\') && JSON.parse(`"${name}"`) === 'data';
}

const QUOTE = 34;
const COMMA = 44;

/**
 * The index of the comma or brace that follows the value at `from`, a field's. `marks` gets where the items of an array
 * begin and end: its brackets and the commas between them.
 */
function endOfValue(body: string, from: number, marks?: number[]): number {
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
