import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { isEventId, isTooDeep, JobicoError, LIMITS, pointer, type Fault } from '@jobico/contract';
import type { IntakeItem } from '@jobico/messaging';
import { kindOf, parseBody } from '../events/json-items.ts';
import { textOfField, textsOfItems } from '../events/json-texts.ts';
import { traceOf } from '../events/request-options.ts';
import { attributeFields, decodedHeader, readAttributes, type Attributes } from './attributes.ts';

/** A CloudEvent as an event: its data is the payload, its attributes are headers, its id is the event's. */
export interface CloudEventItem extends IntakeItem {
  id: string;
  /** Of attributes and data: the same for the same event, in whichever mode it is sent. */
  fingerprint: string;
}

const HINT =
  'Send a CloudEvent as JSON: {"specversion":"1.0","id":"1","source":"/shop","type":"order.placed","data":{…}}.';

/** Reads a body of `application/cloudevents+json`. Throws `not-json`, `bad-request` with pointers, `unsupported-media-type`. */
export function readStructured(body: string): CloudEventItem {
  return fromJson(parseBody(body, HINT), body, '');
}

/** Reads a body of `application/cloudevents-batch+json`. Throws as {@link readStructured} does. */
export function readBatch(body: string): CloudEventItem[] {
  const values = parseBody(body, HINT);
  if (!Array.isArray(values)) throw refused('', `is ${kindOf(values)}, not an array`, 'an array of CloudEvents');
  if (values.length > LIMITS.requestEvents)
    throw refused('', `has ${values.length} events`, `at most ${LIMITS.requestEvents}`);
  if (values.length === 0) return [];
  const texts = textsOfItems(body);
  return values.map((value, index) => fromJson(value, texts[index] ?? '', pointer(index)));
}

/** Reads a request in binary mode: `ce-…` headers, the data in the body. */
export function readBinary(headers: IncomingHttpHeaders, body: string | undefined): CloudEventItem {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') && value !== undefined ? [[name.slice(3), decodedHeader(String(value))] as const] : [],
  );
  const type = headers['content-type'];
  const attributes = readAttributes(
    [...entries, ...(type === undefined ? [] : [['datacontenttype', type] as const])],
    '/headers',
  );
  const text = body === undefined || body === '' ? 'null' : body;
  return itemOf(attributes, parseBody(text, 'Send the data of the CloudEvent as JSON.'), text);
}

/** Whether a request says by its headers that it is a CloudEvent in binary mode. */
export const isBinary = (headers: IncomingHttpHeaders): boolean => headers['ce-specversion'] !== undefined;

function fromJson(value: unknown, text: string, at: string): CloudEventItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(at, `is ${kindOf(value)}, not an object`, 'a CloudEvent');
  }
  const { data, data_base64: base64, ...rest } = value as Record<string, unknown>;
  const attributes = readAttributes(Object.entries(rest), at);
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined) throw refused(`${at}/data_base64`, 'stands beside data', 'one of them');
    const decoded = fromBase64(base64, `${at}/data_base64`);
    return itemOf(attributes, decoded.value, decoded.text);
  }
  return itemOf(attributes, data ?? null, textOfField(text, 'data') ?? 'null');
}

function itemOf(attributes: Attributes, value: unknown, text: string): CloudEventItem {
  const id = attributes.get('id') ?? '';
  const trace = traceOf(attributes.get('traceparent'));
  const key = attributes.get('partitionkey');
  // In one mode it is the header of every request, in the other it is left out.
  const named = [...attributes].filter(([name]) => name !== 'datacontenttype').toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    value,
    text,
    // An id may be any text there; here it has to fit a header.
    id: isEventId(id) ? id : `ce-${createHash('sha256').update(id).digest('base64url')}`,
    fingerprint: fingerprintOf(JSON.stringify(named), text),
    fields: attributeFields(attributes),
    ...(trace !== undefined && { traceparent: trace }),
    ...(key !== undefined && key.length <= LIMITS.keyLength && { key }),
  };
}

/** What tells one thing that is sent from another. */
export function fingerprintOf(...parts: readonly (string | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? ''}:`).update(part ?? '');
  return hash.digest('base64url');
}

/** Groups of four would be counted on the stack, and run out of it. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const isBase64 = (text: string) => text.length % 4 === 0 && BASE64.test(text);

/** Characters of as many bytes as an event may have. */
const MOST_BASE64 = 4 * Math.ceil(LIMITS.eventBytes / 3);

/** Events are JSON here: bytes that are none cannot be one. */
function fromBase64(base64: unknown, at: string): { value: unknown; text: string } {
  if (typeof base64 === 'string' && base64.length > MOST_BASE64) {
    throw new JobicoError('too-large', `the event at ${at} is larger than 1 MiB; none of the request was accepted`);
  }
  if (typeof base64 !== 'string' || !isBase64(base64)) throw refused(at, 'is no base64', 'base64 of JSON');
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  try {
    if (!isUtf8(bytes) || isTooDeep(text)) throw new SyntaxError('not JSON that is taken');
    return { value: JSON.parse(text), text };
  } catch (cause) {
    throw new JobicoError('unsupported-media-type', `the data of the CloudEvent is not JSON`, {
      hint: 'Events are JSON: encode other data in a JSON string.',
      faults: [{ path: at, message: 'is not JSON', allowed: 'base64 of JSON' }],
      cause,
    });
  }
}

function refused(path: string, message: string, allowed: string): JobicoError {
  const faults: Fault[] = [{ path, message, allowed }];
  return new JobicoError('bad-request', `${path || 'the body'} ${message}`, { faults, hint: HINT });
}
