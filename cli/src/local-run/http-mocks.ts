import type { HostAnswer, HttpResponse } from '@jobico/component';
import { JobicoError, shown, type Fault } from '@jobico/contract';

/** Answers for requests that nobody sends. */
export interface HttpMocks {
  answer(method: string, url: string): HostAnswer;
}

interface Mock {
  method: string;
  /** Of the URL: the whole, or its beginning where the mock ends in `*`. */
  url: string;
  isPrefix: boolean;
  answers: HostAnswer[];
}

const KEY = /^(?:([A-Z]+) )?(https?:\/\/\S+?)(\*)?$/;
const ERRORS = ['denied', 'invalid', 'timeout', 'too-large', 'failed'];

/**
 * Reads a file of `--http`: by `GET https://host/path`, or a URL that ends in `*`, one answer or a list that is answered in
 * turn, the last again and again: `{"status": 200, "headers": {…}, "json": …}`, `"text"` or `"base64"` in place of `json`, or
 * `{"error": "timeout"}`. Throws `invalid` with each fault.
 */
export function readHttpMocks(value: unknown): HttpMocks {
  if (!isObject(value)) throw new JobicoError('invalid', 'the HTTP mocks are no JSON object', { hint: HINT });
  const faults: Fault[] = [];
  const mocks = Object.entries(value).flatMap(([key, given]): Mock[] => {
    const [, method = 'GET', url, star] = KEY.exec(key) ?? [];
    if (url === undefined) {
      faults.push({
        path: '',
        message: 'is no request',
        value: shown(key),
        allowed: 'GET https://api.example.com/path',
      });
      return [];
    }
    const answers = (Array.isArray(given) ? (given as unknown[]) : [given]).map((each) =>
      readAnswer(each, key, faults),
    );
    return [{ method, url, isPrefix: star !== undefined, answers }];
  });
  if (faults.length > 0) throw new JobicoError('invalid', 'the HTTP mocks cannot be used', { faults, hint: HINT });
  return { answer: (method, url) => nextAnswer(mocks, method, url) };
}

const HINT = 'They look like { "GET https://api.example.com/rates": { "status": 200, "json": { "EUR": 1 } } }.';

function nextAnswer(mocks: readonly Mock[], method: string, url: string): HostAnswer {
  const found = mocks.find(
    (each) => each.method === method && (each.isPrefix ? url.startsWith(each.url) : url === each.url),
  );
  if (found === undefined)
    return { ok: false, error: { tag: 'failed', val: `no mock answers ${method} ${url}: nothing is sent in a test` } };
  const [next, ...more] = found.answers;
  if (more.length > 0) found.answers = more;
  return next ?? { ok: false, error: { tag: 'failed', val: 'the mock has no answer' } };
}

function readAnswer(value: unknown, key: string, faults: Fault[]): HostAnswer {
  const fault = (message: string): HostAnswer => {
    faults.push({ path: `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, message, value: shown(value) });
    return { ok: true };
  };
  if (!isObject(value)) return fault('is no answer');
  const { status = 200, headers = {}, json, text, base64, error, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return fault(`unknown field ${shown(unknown)}`);
  if (error !== undefined) {
    if (typeof error !== 'string' || !ERRORS.includes(error)) return fault(`error is one of ${ERRORS.join(', ')}`);
    const val = error === 'timeout' || error === 'too-large' ? undefined : 'as its mock says';
    return { ok: false, error: { tag: error, val } };
  }
  if (!Number.isInteger(status) || !isObject(headers)) return fault('has no status that is a number, or no headers');
  const type: [string, string][] = json === undefined ? [] : [['content-type', 'application/json']];
  const response: HttpResponse = {
    status: status as number,
    headers: [...type, ...Object.entries(headers).map(([name, each]): [string, string] => [name, String(each)])],
    body: json === undefined ? bytesOf(text, base64) : Buffer.from(JSON.stringify(json)),
  };
  return { ok: true, value: response };
}

function bytesOf(text: unknown, base64: unknown): Uint8Array {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(typeof text === 'string' ? text : '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
