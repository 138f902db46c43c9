import type { IncomingHttpHeaders } from 'node:http';
import { isEventId, JobicoError, LIMITS } from '@jobico/contract';

/** What a caller asks for by headers. */
export interface RequestOptions {
  /** Id of what is sent. */
  id?: string;
  /** Ordering key where the queue has no pointer. */
  key?: string;
  /** How long the caller would wait for the outcome, in milliseconds. */
  waitMs?: number;
}

/** Reads `Idempotency-Key`, `Jobico-Key` and `Prefer`. Throws `bad-request` for what cannot be an id or a key. */
export function readOptions(headers: IncomingHttpHeaders): RequestOptions {
  const id = readId(headers['idempotency-key']);
  const key = readKey(headers['jobico-key']);
  const waitMs = readWait(headers.prefer);
  return {
    ...(id !== undefined && { id }),
    ...(key !== undefined && { key }),
    ...(waitMs !== undefined && { waitMs }),
  };
}

/** The header is a string of RFC 9651, in quotes; most write it without. */
function readId(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header).trim();
  const id = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (isEventId(id)) return id;
  throw wrongHeader('Idempotency-Key', 'is no id', text, '1 to 256 printable ASCII characters without spaces');
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  const key = decoded(text);
  if (key !== undefined && key.length > 0 && key.length <= LIMITS.keyLength) return key;
  throw wrongHeader('Jobico-Key', 'is no key', text, `1 to ${LIMITS.keyLength} characters, percent-encoded UTF-8`);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** RFC 7240: what cannot be honoured is passed over. */
function readWait(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(String(header))?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, LIMITS.waitMs);
}

/** Whether the caller wants to hear of what was refused alone: RFC 7240 `return=minimal`. */
export function wantsMinimal({ prefer }: IncomingHttpHeaders): boolean {
  return prefer !== undefined && /(?:^|[,;])\s*return\s*=\s*"?minimal"?\s*(?:[,;]|$)/i.test(String(prefer));
}

function wrongHeader(name: string, message: string, value: string, allowed: string): JobicoError {
  return new JobicoError('bad-request', `the header ${name} ${message}`, {
    faults: [{ path: `/headers/${name}`, message, value: value.slice(0, 60), allowed }],
  });
}

/** A W3C trace context, if the caller sent a well-formed one: it goes into a header. */
export function traceOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}
