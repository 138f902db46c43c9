import { toText } from './text.ts';

/** Bytes that a job has read, as it wants them. */
export interface Body {
  readonly bytes: Uint8Array;
  /** As UTF-8; what is not becomes U+FFFD. */
  text(): string;
  /** Throws a `SyntaxError` if it is not JSON. */
  // oxlint-disable-next-line no-unnecessary-type-parameters -- saves each author a cast
  json<T = unknown>(): T;
}

export function createBody(bytes: Uint8Array): Body {
  const text = () => toText(bytes);
  // oxlint-disable-next-line no-unnecessary-type-parameters -- see above
  return { bytes, text, json: <T>() => JSON.parse(text()) as T };
}

/** JSON text; throws a `TypeError` for what has none, such as a function. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON`);
  return text;
}
