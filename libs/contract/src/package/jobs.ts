import { durationMs, sizeBytes } from '../quantities.ts';
import { DEFAULTS } from './defaults.ts';
import type {
  GrantDefinition,
  PackageDefinition,
  QueueDefinition,
  RouteDefinition,
  WebhookDefinition,
} from './schema.ts';

/** How often and how soon a failed event is tried again; intervals in milliseconds. */
export interface RetryPolicy {
  maximumAttempts: number;
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
  /** Whether later events of an ordered queue pass one that waits for its next attempt. */
  isOrderRelaxed: boolean;
}

/** An event and what happens to it: the definition with every reference followed and every default filled in. */
export interface Job {
  /** The runtime's id: what records, subjects and message ids call the job. */
  id: string;
  event: string;
  queue: string;
  schemaref?: string;
  moduleref: string;
  /** Event that takes the result. */
  ok?: string;
  /** Event that takes `{event, error}` once no attempt is left. */
  error?: string;
  retry: RetryPolicy;
  timeoutMs: number;
  concurrency: number;
  /** Of which attempts the inputs are recorded; left out: of none. */
  record?: 'inputs' | 'failures';
  grant: GrantDefinition;
  webhook?: Webhook;
}

/** How signed deliveries of an event are checked; header names in lower case. */
export interface Webhook {
  scheme: WebhookDefinition['scheme'];
  /** Names of the secrets that may sign. */
  secrets: string[];
  toleranceMs: number;
  /** With `hmac` alone. */
  hmac: {
    header: string;
    algorithm: 'sha1' | 'sha256' | 'sha512';
    encoding: 'hex' | 'base64';
    prefix: string;
    timestampHeader?: string | undefined;
    idHeader?: string | undefined;
  };
}

/**
 * `strict`: one after another; `keyed`: one after another within a key, the keys spread over `partitions` that executors
 * may share out among them; `none`: side by side.
 */
export type Ordering = { kind: 'strict' } | { kind: 'none' } | { kind: 'keyed'; pointer: string; partitions: number };

export interface Queue {
  id: string;
  ordering: Ordering;
  storage: 'file' | 'memory';
  maxAgeMs: number;
  /** Bytes that the queue may hold; the server sets them aside at once. -1: no limit of its own. */
  maxBytes: number;
  /** -1: no limit of its own. */
  maxEvents: number;
}

type JobSource = PackageDefinition['jobs'][number];

/** The jobs of a valid package, those that its routes declare too, one for each event. */
export function jobsOf(definition: PackageDefinition): Job[] {
  const declared = definition.jobs.map((job) => jobOf(definition, job));
  const known = new Set(declared.map(({ event }) => event));
  for (const { result } of definition.jobs) {
    for (const route of [result?.ok, result?.error]) {
      if (route === undefined || known.has(route.id) || !isDeclaration(route)) continue;
      known.add(route.id);
      declared.push(jobOf(definition, { event: route }));
    }
  }
  return declared;
}

function isDeclaration(route: RouteDefinition): route is RouteDefinition & { supplierqueue: string; runtime: string } {
  return route.supplierqueue !== undefined && route.runtime !== undefined;
}

function jobOf(definition: PackageDefinition, { event, result, retry, timeout, concurrency, record }: JobSource): Job {
  const runtime = definition.runtimes.find(({ id }) => id === event.runtime);
  if (!runtime) throw new RangeError(`runtime ${event.runtime} is not declared`);
  return {
    id: runtime.id,
    event: event.id,
    queue: event.supplierqueue,
    ...(event.schema && { schemaref: event.schema.schemaref }),
    moduleref: runtime.moduleref,
    ...(result?.ok && { ok: result.ok.id }),
    ...(result?.error && { error: result.error.id }),
    retry: {
      maximumAttempts: retry?.maximumAttempts ?? DEFAULTS.maximumAttempts,
      initialIntervalMs: durationMs(retry?.initialInterval ?? DEFAULTS.initialInterval),
      backoffCoefficient: retry?.backoffCoefficient ?? DEFAULTS.backoffCoefficient,
      maximumIntervalMs: durationMs(retry?.maximumInterval ?? DEFAULTS.maximumInterval),
      isOrderRelaxed: (retry?.ordering ?? DEFAULTS.retryOrdering) === 'relax',
    },
    timeoutMs: durationMs(timeout ?? DEFAULTS.timeout),
    concurrency: concurrency ?? DEFAULTS.concurrency,
    ...(record && { record }),
    grant: definition.grants?.[runtime.id] ?? {},
    ...('webhook' in event && event.webhook && { webhook: webhookOf(event.webhook) }),
  };
}

/** A webhook with every default filled in. */
export function webhookOf({ scheme, secret, tolerance, ...hmac }: WebhookDefinition): Webhook {
  return {
    scheme,
    secrets: typeof secret === 'string' ? [secret] : secret,
    toleranceMs: durationMs(tolerance ?? DEFAULTS.webhookTolerance),
    hmac: {
      header: hmac.header?.toLowerCase() ?? '',
      algorithm: hmac.algorithm ?? DEFAULTS.webhookAlgorithm,
      encoding: hmac.encoding ?? DEFAULTS.webhookEncoding,
      prefix: hmac.prefix ?? '',
      timestampHeader: hmac.timestampHeader?.toLowerCase(),
      idHeader: hmac.idHeader?.toLowerCase(),
    },
  };
}

export function queueOf({ id, ordering, storage, retention }: QueueDefinition): Queue {
  return {
    id,
    ordering:
      typeof ordering === 'object'
        ? { kind: 'keyed', pointer: ordering.key, partitions: ordering.partitions ?? DEFAULTS.partitions }
        : { kind: ordering ?? 'strict' },
    storage: storage ?? 'file',
    maxAgeMs: durationMs(retention?.maxAge ?? 'P7D'),
    maxBytes: retention?.maxBytes === undefined ? -1 : sizeBytes(retention.maxBytes),
    maxEvents: retention?.maxEvents ?? -1,
  };
}
