/** When a write to a bucket may happen. */
export type KvCondition = { tag: 'always' } | { tag: 'if-absent' } | { tag: 'if-revision'; val: string };

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What a job asks of the supervisor; shapes and sizes are checked, grants are not. */
export type HostRequest =
  | { kind: 'kv.get'; args: { bucket: string; key: string } }
  | { kind: 'kv.set'; args: { bucket: string; key: string; value: Uint8Array; when: KvCondition } }
  | { kind: 'kv.delete'; args: { bucket: string; key: string } }
  | { kind: 'kv.keys'; args: { bucket: string; prefix: string } }
  | { kind: 'http.send'; args: HttpRequest }
  | { kind: 'outbox.emit'; args: { event: string; data: string; key?: string | undefined } };

/** Sandbox and supervisor apply the same limits: the one to answer the job, the other to trust nothing. */
export const CALL_LIMITS = {
  /** Buckets, events, methods, revisions: UTF-16 units. */
  name: 256,
  /** Keys and prefixes. */
  key: 2048,
  url: 16_384,
  /** Pairs, and UTF-16 units of all of them together. */
  headers: 128,
  headerText: 65_536,
  /** UTF-16 units of an event's data. */
  data: 1 << 20,
  /** Bytes of a value or a body. */
  bytes: 8 << 20,
  /** Bytes that all calls of a sandbox may hold while they have no answer. */
  underWay: 64 << 20,
} as const;

/** What a call holds of the supervisor's memory, about. */
export function sizeOfRequest({ kind, args }: HostRequest): number {
  if (kind === 'kv.set') return args.value.length;
  if (kind === 'http.send') return CALL_LIMITS.headerText + (args.body?.length ?? 0);
  return kind === 'outbox.emit' ? args.data.length * 2 : 0;
}

type Arguments = readonly unknown[];

/**
 * A call as it came over the wire, or undefined for one that no honest sandbox sends: each has checked what the job
 * gave it by the same function and has answered the job itself.
 */
export function readHostRequest(kind: unknown, args: Arguments, bytes: Uint8Array): HostRequest | undefined {
  if (typeof kind !== 'string' || !Object.hasOwn(READERS, kind)) return undefined;
  return READERS[kind as HostRequest['kind']](args, bytes);
}

const READERS: Record<HostRequest['kind'], (args: Arguments, bytes: Uint8Array) => HostRequest | undefined> = {
  'kv.get': ([bucket, key], bytes) =>
    isName(bucket) && isKey(key) && bytes.length === 0 ? { kind: 'kv.get', args: { bucket, key } } : undefined,
  'kv.delete': ([bucket, key], bytes) =>
    isName(bucket) && isKey(key) && bytes.length === 0 ? { kind: 'kv.delete', args: { bucket, key } } : undefined,
  'kv.keys': ([bucket, prefix], bytes) =>
    isName(bucket) && isKey(prefix) && bytes.length === 0 ? { kind: 'kv.keys', args: { bucket, prefix } } : undefined,
  'kv.set': readSet,
  'http.send': readSend,
  'outbox.emit': readEmit,
};

function readSet([bucket, key, tag, revision]: Arguments, bytes: Uint8Array): HostRequest | undefined {
  if (!isName(bucket) || !isKey(key) || bytes.length > CALL_LIMITS.bytes) return undefined;
  const when = readCondition(tag, revision);
  return when && { kind: 'kv.set', args: { bucket, key, value: bytes, when } };
}

function readCondition(tag: unknown, revision: unknown): KvCondition | undefined {
  if (tag === 'if-revision') return isName(revision) ? { tag, val: revision } : undefined;
  if (revision !== null) return undefined;
  return tag === 'always' || tag === 'if-absent' ? { tag } : undefined;
}

function readSend([method, url, headers, hasBody, timeoutMs]: Arguments, bytes: Uint8Array): HostRequest | undefined {
  if (!isName(method) || !isText(url, CALL_LIMITS.url) || !isHeaders(headers)) return undefined;
  if (typeof hasBody !== 'boolean' || bytes.length > (hasBody ? CALL_LIMITS.bytes : 0)) return undefined;
  if (timeoutMs !== null && !isUint32(timeoutMs)) return undefined;
  return {
    kind: 'http.send',
    args: {
      method,
      url,
      headers,
      ...(hasBody && { body: bytes }),
      ...(timeoutMs !== null && { timeoutMs }),
    },
  };
}

function readEmit([event, data, key]: Arguments, bytes: Uint8Array): HostRequest | undefined {
  if (!isName(event) || !isText(data, CALL_LIMITS.data) || bytes.length > 0) return undefined;
  if (key !== null && !isKey(key)) return undefined;
  return { kind: 'outbox.emit', args: { event, data, ...(key !== null && { key }) } };
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && value.isWellFormed();
}

function isName(value: unknown): value is string {
  return isText(value, CALL_LIMITS.name);
}

function isKey(value: unknown): value is string {
  return isText(value, CALL_LIMITS.key);
}

function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

function isHeaders(value: unknown): value is [string, string][] {
  if (!Array.isArray(value) || value.length > CALL_LIMITS.headers) return false;
  let length = 0;
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [name, text] = pair as [unknown, unknown];
    if (!isText(name, CALL_LIMITS.headerText) || !isText(text, CALL_LIMITS.headerText)) return false;
    length += name.length + text.length;
  }
  return length <= CALL_LIMITS.headerText;
}
