import { endOfString, isTooDeep, JobicoError, LIMITS, MAX_JSON_DEPTH, type Fault } from '@jobico/contract';
import type { IntakeItem } from '@jobico/messaging';
import { endOfValue } from './json-texts.ts';
import { textsOfUsualBody } from './usual-body.ts';

const HINT = 'Send {"data": [ …events… ]} with content-type application/json.';

/**
 * Reads the body `{"data": [...]}`: each item as a value, to check, and as the very text it came as, which is what is
 * stored, so that numbers keep their digits and objects the order of their fields. Throws `not-json` and `bad-request`
 * with a pointer.
 */
export function readItems(body: string): IntakeItem[] {
  const usual = textsOfUsualBody(body);
  const values = itemsOf(usual ? parse(body, HINT) : parseBody(body, HINT));
  const texts = usual ?? textsOfData(body);
  // A text that is not its value's would pass the check of another event.
  if (texts.length !== values.length) throw new RangeError(`${values.length} items, ${texts.length} texts`);
  return texts.map((text, index) => ({ value: values[index], text }));
}

/** A body's JSON. Throws `not-json`, and `bad-request` where it is nested too deep. */
export function parseBody(body: string, hint: string): unknown {
  if (isTooDeep(body)) {
    throw refused('', `is nested deeper than ${MAX_JSON_DEPTH} levels`, `at most ${MAX_JSON_DEPTH} levels`);
  }
  return parse(body, hint);
}

function parse(body: string, hint: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new JobicoError('not-json', `the body is not JSON: ${(cause as Error).message}`, { hint, cause });
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

export function kindOf(value: unknown): string {
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
