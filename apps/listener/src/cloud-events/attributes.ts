import { JobicoError, LIMITS, pointer, shown, type Fault } from '@jobico/contract';
import type { HeaderFields } from '@jobico/messaging';

/** The context attributes of a CloudEvent, as they travel in headers: every value a string. */
export type Attributes = ReadonlyMap<string, string>;

const ALLOWED: Readonly<Record<string, string>> = {
  specversion: '"1.0"',
  id: 'a string that is not empty',
  source: 'a URI reference that is not empty',
  type: 'a string that is not empty',
  time: 'a time of RFC 3339, such as 2026-11-21T10:00:00Z',
  dataschema: 'an absolute URI',
};
const REQUIRED = ['specversion', 'id', 'source', 'type'];
const NAME = /^[a-z0-9]+$/;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const INT_32 = 2 ** 31;

/**
 * Checks the attributes of CloudEvents 1.0. Throws `bad-request` with a fault for each that is missing or wrong; `at` is
 * where the event stands in the body. Null counts as absent, as the JSON format has it.
 */
export function readAttributes(entries: Iterable<readonly [string, unknown]>, at: string): Attributes {
  const found = new Map<string, string>();
  const faults: Fault[] = [];
  let bytes = 0;
  for (const [name, value] of entries) {
    if (value === null || value === undefined) continue;
    const text = textOf(value);
    const wrong = text === undefined ? 'is no attribute value' : faultIn(name, text, value);
    if (wrong !== undefined) faults.push(faultOf(at + pointer(name), name, wrong, value));
    else if (text !== undefined) found.set(name, text);
    bytes += name.length + Buffer.byteLength(text ?? '');
  }
  for (const name of REQUIRED) {
    if (!found.has(name) && !faults.some(({ path }) => path === at + pointer(name))) {
      faults.push({ path: at + pointer(name), message: 'is missing', allowed: ALLOWED[name] ?? 'a string' });
    }
  }
  if (bytes > LIMITS.attributeBytes) {
    throw new JobicoError(
      'too-large',
      `the attributes of the CloudEvent have ${bytes} bytes, ${LIMITS.attributeBytes} may be`,
    );
  }
  const [first] = faults;
  if (first === undefined) return found;
  throw new JobicoError('bad-request', `not a CloudEvent: ${first.path} ${first.message}`, {
    hint: 'See https://github.com/cloudevents/spec: specversion "1.0", id, source and type are needed.',
    faults,
  });
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const isInteger = Number.isInteger(value) && Number(value) >= -INT_32 && Number(value) < INT_32;
  return isInteger ? String(value) : undefined;
}

function faultIn(name: string, text: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return 'is no name of an attribute';
  const isStandard = Object.hasOwn(ALLOWED, name) || name === 'subject' || name === 'datacontenttype';
  if (isStandard && (typeof value !== 'string' || text === '')) return 'is no string, or an empty one';
  switch (name) {
    case 'specversion':
      return text === '1.0' ? undefined : 'is not a version that is taken';
    case 'source':
      return URI_REFERENCE.test(text) ? undefined : 'is no URI reference';
    case 'dataschema':
      return URI_REFERENCE.test(text) && ABSOLUTE_URI.test(text) ? undefined : 'is no absolute URI';
    case 'time':
      return RFC_3339.test(text) && !Number.isNaN(Date.parse(text)) ? undefined : 'is no time';
    default:
      return undefined;
  }
}

function faultOf(path: string, name: string, message: string, value: unknown): Fault {
  const allowed =
    ALLOWED[name] ?? 'a name of lower-case letters and digits; a string, a boolean or an integer of 32 bits';
  return { path, message, value: shown(value), allowed };
}

/** The attributes as headers of the event's message, as the CloudEvents binding for NATS has them: `ce-<name>`, percent-encoded. */
export function attributeFields(attributes: Attributes): HeaderFields {
  return [...attributes].map(([name, value]) => [`ce-${name}`, encoded(value)] as const);
}

const encoded = (value: string) =>
  value.toWellFormed().replaceAll(/[^!#$&-~]/gu, (character) => encodeURIComponent(character));

/** The value of an attribute in a header: percent-encoded, perhaps in quotes. */
export function decodedHeader(value: string): string {
  const text = /^"(.*)"$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return text;
  }
}
