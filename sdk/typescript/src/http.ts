import { createBody, toJson, type Body } from './body.ts';
import { callHost } from './host/call.ts';
import type { Host } from './host/host.ts';
import { toBytes } from './text.ts';

export interface HttpRequest {
  /** Default `GET`, or `POST` where there is a body. */
  method?: string;
  /** Names and values together at most 64 KiB. Those of the connection, such as `host`, are the platform's to set. */
  headers?: Record<string, string>;
  /** Text as UTF-8; at most 4 MiB. */
  body?: string | Uint8Array;
  /** Sent as JSON, with its content type; instead of `body`. */
  json?: unknown;
  /** Default, and longest: 30,000, or what is left of the job's own deadline where that is less. */
  timeoutMs?: number;
}

export interface HttpResponse extends Body {
  readonly status: number;
  /** The status is 200 to 299. */
  readonly ok: boolean;
  /** By name in lower case; what came more than once is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Http {
  /**
   * Sends a request to a host that the package grants, and waits for the whole response. Shaped like the web's `fetch`,
   * but it returns the response itself; `await` does no harm. Throws a `HostError` where none came: a response with any
   * status, 500 too, is no error.
   *
   * A redirect is such a response: it is not followed, `headers.get('location')` says where it leads, and the package must
   * grant that host too. The body comes as it was sent, not decompressed. A response with more than 4 MiB of body or 64 KiB
   * of headers is a `HostError` with the code `too-large`; one that has not come to its end after 30 s has `timeout`.
   */
  fetch(url: string | { readonly href: string }, request?: HttpRequest): HttpResponse;
}

export function createHttp(host: Host['http']): Http {
  return {
    fetch: (target, { method, headers = {}, body, json, timeoutMs } = {}) => {
      const url = typeof target === 'string' ? target : target.href;
      const content = json === undefined ? body : toJson(json);
      const request = {
        method: (method ?? (content === undefined ? 'GET' : 'POST')).toUpperCase(),
        url,
        headers: Object.entries(json === undefined ? headers : { 'content-type': 'application/json', ...headers }),
        body: typeof content === 'string' ? toBytes(content) : (content ?? null),
        timeoutMs: timeoutMs ?? null,
      };
      return toResponse(callHost(`${request.method} ${url}`, host.send, request));
    },
  };
}

function toResponse({ status, headers: pairs, body }: ReturnType<Host['http']['send']>): HttpResponse {
  const headers = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return { ...createBody(body), status, ok: status >= 200 && status < 300, headers };
}
