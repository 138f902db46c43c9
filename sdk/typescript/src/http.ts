import { createBody, toJson, type Body } from './body.ts';
import { callHost } from './host/call.ts';
import type { Host } from './host/host.ts';
import { toBytes } from './text.ts';

export interface HttpRequest {
  /** Default `GET`, or `POST` where there is a body. */
  method?: string;
  headers?: Record<string, string>;
  /** Text as UTF-8. */
  body?: string | Uint8Array;
  /** Sent as JSON, with its content type; instead of `body`. */
  json?: unknown;
  /** Never longer than what is left of the job's own deadline, which is the default. */
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
