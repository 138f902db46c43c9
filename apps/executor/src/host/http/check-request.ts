import type { HttpRequest } from '@jobico/component';
import { LIMITS } from '@jobico/contract';
import { refusal } from './refusal.ts';

/** A request that may be written to a connection. */
export interface CheckedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
/** Latin-1 without control characters, but for the tab. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They ask a server for something else than an answer, or to send back what it got. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** Of one connection, which is the platform's: a job that wrote them could end its request early and begin another. */
const PLATFORM_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Throws a refusal, `invalid`, for what is no request or would be one to someone else. */
export function checkRequest({ method, url, headers, body }: HttpRequest): CheckedRequest {
  if (!TOKEN.test(method)) throw refusal('invalid', 'the method is no token');
  if (FORBIDDEN_METHODS.has(method.toUpperCase())) throw refusal('invalid', `method ${method} is not sent`);
  if (body && body.length > LIMITS.httpBodyBytes)
    throw refusal('invalid', `the body is larger than ${LIMITS.httpBodyBytes} bytes`);
  checkHeaders(headers);
  return { method, url: checkUrl(url), headers, body };
}

function checkUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw refusal('invalid', 'the URL is not absolute, or is none');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refusal('invalid', 'the URL is neither https nor http');
  if (url.username || url.password) throw refusal('invalid', 'the URL has credentials; they belong into a header');
  return url;
}

function checkHeaders(headers: HttpRequest['headers']): void {
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!TOKEN.test(name)) throw refusal('invalid', "a header's name is no token");
    const lower = name.toLowerCase();
    if (PLATFORM_HEADERS.has(lower) || lower.startsWith('proxy-')) {
      throw refusal('invalid', `header ${lower} is the platform's to set`);
    }
    if (!FIELD_VALUE.test(value)) throw refusal('invalid', `header ${lower} has a character that headers cannot carry`);
    bytes += name.length + value.length;
  }
  if (bytes > LIMITS.httpHeaderBytes)
    throw refusal('invalid', `the headers are larger than ${LIMITS.httpHeaderBytes} bytes`);
}
