import { isUtf8 } from 'node:buffer';

import type { RecordedBytes, RecordedCall } from '@jobico/contract';

import type { HostRequest } from './calls.ts';
import type { HostAnswer } from './sandbox.ts';

/** A host call and its answer as JSON. */
export function recordCall(request: HostRequest, answer: HostAnswer): RecordedCall {
  return {
    call: request.kind,
    args: recordedArgs(request),
    answer: answer.ok
      ? { ok: true, ...(answer.value !== undefined && { value: recordedValue(answer.value) }) }
      : {
          ok: false,
          error: { tag: answer.error.tag, ...(answer.error.val !== undefined && { val: answer.error.val }) },
        },
  };
}

/** What a call asks, as JSON: two calls that ask the same have the same. */
export function recordedArgs({ kind, args }: HostRequest): RecordedCall['args'] {
  if (kind === 'kv.set') return { ...args, value: recordedBytes(args.value) };
  if (kind !== 'http.send') return { ...args };
  const { body, ...rest } = args;
  return { ...rest, ...(body && { body: recordedBytes(body) }) };
}

/** The answer that was recorded, as a sandbox takes it. Throws a `TypeError` for a record that has none of its call's kind. */
export function recordedAnswer({ call, answer }: RecordedCall): HostAnswer {
  if (!answer.ok) return { ok: false, error: { tag: answer.error.tag, val: answer.error.val } };
  const { value } = answer;
  switch (call) {
    case 'kv.get':
      return value === undefined ? { ok: true } : { ok: true, value: entryOf(objectOf(value)) };
    case 'kv.set':
      return { ok: true, value: textOf(value) };
    case 'kv.keys':
      if (!Array.isArray(value)) throw new TypeError('the recorded keys are no list');
      return { ok: true, value: value.map(textOf) };
    case 'http.send':
      return { ok: true, value: responseOf(objectOf(value)) };
    case 'kv.delete':
    case 'outbox.emit':
      return { ok: true };
  }
}

function recordedValue(value: Exclude<Extract<HostAnswer, { ok: true }>['value'], undefined>): unknown {
  if (typeof value === 'string' || !isObject(value)) return value;
  if ('revision' in value) return { value: recordedBytes(value.value), revision: value.revision };
  return { ...value, body: recordedBytes(value.body) };
}

function isObject<T>(value: T | readonly string[]): value is T {
  return !Array.isArray(value);
}

function recordedBytes(bytes: Uint8Array): RecordedBytes {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? { text: buffer.toString('utf8') } : { base64: buffer.toString('base64') };
}

function entryOf({ value, revision }: Record<string, unknown>): { value: Uint8Array; revision: string } {
  return { value: bytesOf(value), revision: textOf(revision) };
}

function responseOf({ status, headers, body }: Record<string, unknown>) {
  if (typeof status !== 'number' || !Array.isArray(headers)) throw new TypeError('the recorded response is none');
  const pairs = (headers as unknown[]).map((pair): [string, string] => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return [textOf(name), textOf(value)];
  });
  return { status, headers: pairs, body: bytesOf(body) };
}

function bytesOf(value: unknown): Uint8Array {
  const { text, base64 } = objectOf(value);
  return text === undefined ? Buffer.from(textOf(base64), 'base64') : Buffer.from(textOf(text));
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError('the recorded answer is not what such a call is answered');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('the recorded answer has no text where one belongs');
}
