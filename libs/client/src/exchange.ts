import { fromProblem, JobicoError, type OperationInput, type OperationName, type Problem } from '@jobico/contract';
import { requestOf } from './request.ts';

export interface ClientOptions {
  /** Of the control plane, e.g. `http://127.0.0.1:8090`. */
  url: string;
  /** Sent as a bearer token. */
  token?: string;
  /** Default: the platform's own `fetch`. */
  fetch?: typeof fetch;
}

export interface ExchangeOptions {
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

/** Sends an operation's request and gives back the response if it is a success; throws what its problem says otherwise. */
export async function exchange<N extends OperationName>(
  { url, token, fetch: send = fetch }: ClientOptions,
  name: N,
  input: OperationInput<N>,
  { signal, headers }: ExchangeOptions = {},
): Promise<Response> {
  const { method, target, body } = requestOf(name, input);
  const request: RequestInit = {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  };
  let response: Response;
  try {
    response = await send(new URL(target, url), request);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw unreachable(url, cause);
  }
  if (!response.ok) throw await errorOf(response, url);
  return response;
}

/** The error for a control plane that does not answer. */
export function unreachable(url: string, cause: unknown): JobicoError {
  return new JobicoError('unavailable', `the platform does not answer at ${url}: ${reasonOf(cause)}`, {
    hint: 'Is the platform running? Start it with `jobico up`, or name it with --url.',
    cause,
  });
}

/** `fetch` wraps the system's error, and that one sometimes several attempts. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

async function errorOf(response: Response, url: string): Promise<JobicoError> {
  const text = await response.text().catch(() => '');
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const problem = parsed(text);
    if (problem) return fromProblem(problem);
  }
  return new JobicoError('unavailable', `${url} answered ${response.status}, and not as Jobico's control plane does`, {
    hint: 'Is it the right port? The control plane listens on 8090 unless told otherwise; name it with --url.',
  });
}

function parsed(text: string): Partial<Problem> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
