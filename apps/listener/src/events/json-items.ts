import { endOfString, isTooDeep, JobicoError, MAX_JSON_DEPTH, parseExactJson, type Fault } from '@jobico/contract';
import type { IntakeItem } from '@jobico/messaging';

const MAX_ITEMS = 10_000;

/**
 * Reads the body `{"data": [...]}`: each item as a value, to check, and as the very text it came as, which is what is
 * stored, so that numbers keep their digits and objects the order of their fields.
 */
export function readItems(body: string): IntakeItem[] {
  const parsed = parse(body);
  const values = itemsOf(parsed);
  const texts = textsOfData(body, values.length);
  if (texts) return values.map((value, index) => ({ value, text: texts[index] ?? '' }));
  // A `data` that is written with escapes, or twice.
  const exact = itemsOf(parseExactJson(body));
  return values.map((value, index) => ({ value, text: JSON.stringify(exact[index]) }));
}

function parse(body: string): unknown {
  if (isTooDeep(body)) throw new JobicoError('bad-request', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new JobicoError('not-json', `the body is not JSON: ${(cause as Error).message}`, {
      hint: 'Send {"data": [ …events… ]} with content-type application/json.',
      cause,
    });
  }
}

function itemsOf(body: unknown): unknown[] {
  const fault = (path: string, message: string, allowed: string): never => {
    const faults: Fault[] = [{ path, message, allowed }];
    throw new JobicoError('bad-request', `${path || 'the body'} ${message}`, {
      faults,
      hint: 'Send {"data": [ …events… ]}.',
    });
  };
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return fault('', 'is not an object', '{"data": […]}');
  if (!Object.hasOwn(body, 'data')) return fault('/data', 'is missing', 'an array of events');
  const { data } = body as { data: unknown };
  if (!Array.isArray(data)) return fault('/data', 'is not an array', 'an array of events');
  if (data.length === 0) return fault('/data', 'is empty', 'at least one event');
  if (data.length > MAX_ITEMS) return fault('/data', `has ${data.length} events`, `at most ${MAX_ITEMS}`);
  return data;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN = new Set([123, 91]);
const CLOSE = new Set([125, 93]);

/** The texts of the items of the top-level `data`, out of a body that is known to be valid JSON; undefined if it holds `data` twice. */
function textsOfData(body: string, count: number): string[] | undefined {
  const start = startOfData(body);
  if (start === undefined) return undefined;
  const texts: string[] = [];
  let from = start + 1;
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) at = endOfString(body, at);
    else if (OPEN.has(code)) depth += 1;
    else if (CLOSE.has(code) || (code === COMMA && depth === 1)) {
      if (code !== COMMA) depth -= 1;
      if (depth === 0 || code === COMMA) {
        texts.push(body.slice(from, at).trim());
        from = at + 1;
      }
      if (depth === 0) break;
    }
  }
  return texts.length === count ? texts : undefined;
}

/** Where the array of the top-level field `data` opens. */
function startOfData(body: string): number | undefined {
  let found: number | undefined;
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(body, at);
      if (depth === 1 && body.slice(at, end + 1) === '"data"') {
        const colon = /^\s*:\s*\[/.exec(body.slice(end + 1, end + 64));
        if (colon) {
          if (found !== undefined) return undefined;
          found = end + colon[0].length;
          at = found - 1;
          continue;
        }
      }
      at = end;
    } else if (OPEN.has(code)) depth += 1;
    else if (CLOSE.has(code)) depth -= 1;
  }
  return found;
}
