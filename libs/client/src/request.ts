import { operations, type OperationInput, type OperationName } from '@jobico/contract';

export interface OperationRequest {
  method: string;
  /** Path and query, from the root of the control plane. */
  target: string;
  /** JSON; undefined where everything is in the target. */
  body?: string;
}

/** The HTTP request that the operation table makes of an input: path fields first, the rest in the query or the body. */
export function requestOf<N extends OperationName>(name: N, input: OperationInput<N>): OperationRequest {
  const { method, path } = operations[name];
  const rest = new Map(Object.entries(input as Record<string, unknown>).filter(([, value]) => value !== undefined));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(textOf(value));
  });
  if (method === 'POST' || method === 'PUT') {
    return { method, target: filled, body: JSON.stringify(Object.fromEntries(rest)) };
  }
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, textOf(value)]));
  return { method, target: query.size > 0 ? `${filled}?${query.toString()}` : filled };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
