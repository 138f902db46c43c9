import { JobicoError, operations, type OperationName } from '@jobico/contract';

/** A JSON body, and its text for what must keep its digits. */
export interface JsonBody {
  value: unknown;
  text: string;
}

/** Reads a request's body; throws `not-json`, which says what stands there unless that may be a secret. */
export function jsonBody(text: string, isSensitive = false): JsonBody {
  try {
    return { value: JSON.parse(text), text };
  } catch (cause) {
    if (isSensitive) throw new JobicoError('not-json', 'the body is not JSON');
    throw new JobicoError('not-json', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** What an operation is called with over HTTP: its path's fields, and the rest from the query or the body. */
export function inputOf(
  name: OperationName,
  request: { params: unknown; query: unknown; body: unknown },
): Record<string, unknown> {
  const { method } = operations[name];
  const params = request.params as Record<string, string>;
  if (method === 'GET' || method === 'DELETE') {
    return { ...fromQuery(name, request.query as Record<string, string | string[]>), ...params };
  }
  const body = (request.body as JsonBody | undefined)?.value;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new JobicoError('invalid', `${name}: the body is a JSON object`, {
      faults: [{ path: '', message: 'is not a JSON object' }],
    });
  }
  assertNotTwice(name, body, params);
  return { ...body, ...params };
}

/** A field of the path that the body has too would be overridden in silence. */
function assertNotTwice(name: OperationName, body: object, params: Record<string, string>): void {
  const twice = Object.keys(params).find((field) => Object.hasOwn(body, field));
  if (twice === undefined) return;
  throw new JobicoError('invalid', `${name}: ${twice} belongs in the path, not in the body`, {
    faults: [{ path: `/${twice}`, message: 'is given by the path' }],
  });
}

/** A query holds text only: what the operation takes as a number is made one, where it is one. */
function fromQuery(name: OperationName, query: Record<string, string | string[]>): Record<string, unknown> {
  const properties = operations[name].input.properties as Record<string, { type?: string } | undefined>;
  return Object.fromEntries(
    Object.entries(query).map(([field, value]) => [field, typed(value, properties[field]?.type)]),
  );
}

function typed(value: string | string[], type: string | undefined): unknown {
  if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
