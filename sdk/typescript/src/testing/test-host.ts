import type { Host, HostEntry, HostRequest, HostResponse, LogLevel } from '../host/host.ts';

/** What a job may use in a test. What is left out is denied, as on the platform. */
export interface TestGrants {
  config?: Readonly<Record<string, string>>;
  /** Buckets by name, each with the values that it has: text and bytes as they are, all else as JSON. */
  kv?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Answers requests. What it throws is what the job gets, e.g. `new HostError('timeout', …)`. */
  http?: (request: TestRequest) => TestResponse;
  /** Events that the job may raise. Default: any. */
  emit?: readonly string[];
}

/** A request of a job. */
export interface TestRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** As text; empty where there is none. */
  body: string;
}

/** What it is answered; `status` is 200 where it is left out, and `json` goes before `body`. */
export interface TestResponse {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  json?: unknown;
}

/** What a job did with its host. */
export interface TestTrace {
  logs: { level: LogLevel; message: string }[];
  emitted: { event: string; data: unknown; key: string | undefined }[];
  requests: TestRequest[];
  kv: TestBuckets;
}

/** The buckets as they are after the job. */
export interface TestBuckets {
  /** A value as text, `undefined` where there is none. */
  text(bucket: string, key: string): string | undefined;
  /** A value as JSON, `undefined` where there is none. */
  json(bucket: string, key: string): unknown;
  keys(bucket: string): string[];
}

/** A host in memory that behaves as an executor does. */
export function createTestHost({ config = {}, kv = {}, http, emit }: TestGrants): { host: Host; trace: TestTrace } {
  const buckets = new Map(Object.entries(kv).map(([name, values]) => [name, filled(values)]));
  const trace: TestTrace = { logs: [], emitted: [], requests: [], kv: readBuckets(buckets) };
  const host: Host = {
    log: { write: (level, message) => void trace.logs.push({ level, message }) },
    config: { get: (name) => (Object.hasOwn(config, name) ? config[name] : undefined) },
    kv: createTestKv(buckets),
    http: {
      send: (request) => {
        const { origin } = new URL(request.url);
        if (!http) throw refusal('denied', `${origin} is not granted`);
        const seen = toTestRequest(request);
        trace.requests.push(seen);
        return toHostResponse(http(seen));
      },
    },
    outbox: {
      emit: (event, data, key) => {
        if (emit && !emit.includes(event)) throw refusal('denied', `event ${event} is not granted`);
        trace.emitted.push({ event, data: JSON.parse(data) as unknown, key: key ?? undefined });
      },
    },
  };
  return { host, trace };
}

type Bucket = Map<string, HostEntry>;

/** An error as the engine of a component throws it for one of the host's. */
function refusal(tag: string, val?: string | null): Error {
  return Object.assign(new Error(tag), { payload: { tag, val } });
}

function filled(values: Readonly<Record<string, unknown>>): Bucket {
  const entries = Object.entries(values).map(([key, value]): [string, HostEntry] => [
    key,
    { value: bytesOf(value), revision: '0' },
  ]);
  return new Map(entries);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

function createTestKv(buckets: ReadonlyMap<string, Bucket>): Host['kv'] {
  let revision = 0;
  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw refusal('denied', `bucket ${name} is not granted`);
    return bucket;
  };
  return {
    get: (bucket, key) => bucketOf(bucket).get(key),
    set: (bucket, key, value, when) => {
      const values = bucketOf(bucket);
      const now = values.get(key)?.revision;
      const holds = when.tag === 'always' || now === (when.tag === 'if-absent' ? undefined : when.val);
      if (!holds) throw refusal('conflict', now ?? null);
      revision += 1;
      values.set(key, { value: new Uint8Array(value), revision: String(revision) });
      return String(revision);
    },
    delete: (bucket, key) => void bucketOf(bucket).delete(key),
    keys: (bucket, prefix) => [...bucketOf(bucket).keys()].filter((key) => key.startsWith(prefix)),
  };
}

function readBuckets(buckets: ReadonlyMap<string, Bucket>): TestBuckets {
  const text = (bucket: string, key: string): string | undefined => {
    const entry = buckets.get(bucket)?.get(key);
    return entry && new TextDecoder().decode(entry.value);
  };
  return {
    text,
    json: (bucket, key) => {
      const found = text(bucket, key);
      return found === undefined ? undefined : (JSON.parse(found) as unknown);
    },
    keys: (bucket) => [...(buckets.get(bucket)?.keys() ?? [])],
  };
}

function toTestRequest({ method, url, headers, body }: HostRequest): TestRequest {
  return { method, url, headers: Object.fromEntries(headers), body: body ? new TextDecoder().decode(body) : '' };
}

function toHostResponse({ status = 200, headers = {}, body = '', json }: TestResponse): HostResponse {
  return {
    status,
    headers: Object.entries(headers),
    body: json === undefined ? bytesOf(body) : new TextEncoder().encode(JSON.stringify(json)),
  };
}
