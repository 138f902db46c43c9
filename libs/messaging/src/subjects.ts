import { createHash } from 'node:crypto';

/**
 * Every stream, bucket and subject name of the system, each with its literal form. Ids hold neither `.` nor `_` nor
 * wildcards (see ids.ts of the contract); callers validate them before they come here.
 */

/** `EXECUTIONS`: one message for each execution attempt, and some for what long ones log while they run. */
export const EXECUTIONS = 'EXECUTIONS';
/** `DEADLETTERS`: events that will not be retried. */
export const DEADLETTERS = 'DEADLETTERS';
/** `PARKED`: events of ordered queues that wait for their next attempt, and those behind them. */
export const PARKED = 'PARKED';
/** `SCHEDULES`: what the clock raises, and what it has raised. */
export const SCHEDULES = 'SCHEDULES';
/** KV `schedules`: what each schedule is. */
export const SCHEDULE_ENTRIES = 'schedules';
/** KV `definitions`: the live version of each package. */
export const DEFINITIONS = 'definitions';
/** KV `tenants`. */
export const TENANTS = 'tenants';
/** KV `tokens`: what gives access, by hash. */
export const TOKENS = 'tokens';
/** KV `token_use`: when each token was used last. */
export const TOKEN_USE = 'token_use';
/** KV `nodes`: the running modules. */
export const NODES = 'nodes';
/** KV `limits`: what tenants may send. */
export const TENANT_LIMITS = 'limits';
/** KV `idempotency`: ids that callers have sent, each for a day. */
export const IDEMPOTENCY = 'idempotency';
/** KV `secrets`: of every tenant, encrypted. */
export const SECRETS = 'secrets';
/** Object store `files`: components and schemas of the tenants. */
export const FILES = 'files';
/** Object store `artifacts`: transpiled components. */
export const ARTIFACTS = 'artifacts';

/** The durable consumer of every queue that is not partitioned: `executor`. */
export const EXECUTOR_CONSUMER = 'executor';
/** The priority group of its pinned clients: `executor`. */
export const EXECUTOR_GROUP = 'executor';

/** `QUEUE_<tenant>_<queue>` */
export const queueStream = (tenant: string, queue: string) => `QUEUE_${tenant}_${queue}`;

/** The tenant and queue of `QUEUE_<tenant>_<queue>`. */
export function parseQueueStream(stream: string): { tenant: string; queue: string } | undefined {
  const [prefix, tenant, queue, ...rest] = stream.split('_');
  return prefix === 'QUEUE' && tenant && queue && rest.length === 0 ? { tenant, queue } : undefined;
}

/** `jobico.queue.<tenant>.<queue>`: keeps the stream's subjects from being empty, and wakes a queue that has parked events only; never an event. */
export const queuePlaceholder = (tenant: string, queue: string) => `jobico.queue.${tenant}.${queue}`;

/** `jobico.event.<tenant>.<event>` or `jobico.event.<tenant>.<event>.<key>` */
export function eventSubject(tenant: string, event: string, key?: string): string {
  return key === undefined ? `jobico.event.${tenant}.${event}` : `jobico.event.${tenant}.${event}.${keyToken(key)}`;
}

/** Both forms of an event's subject, as a stream takes them. */
export const eventSubjects = (tenant: string, event: string) => [
  eventSubject(tenant, event),
  `jobico.event.${tenant}.${event}.*`,
];

/** Every event of a tenant, in whichever form it is stored: `jobico.event.<tenant>.>` */
export const allEventSubjects = (tenant: string) => `jobico.event.${tenant}.>`;

export interface EventAddress {
  tenant: string;
  event: string;
  /** In a partitioned queue, the partition that the key in the subject belongs to. */
  spread?: { index: number; count: number };
}

/** The event of `jobico.event.<tenant>.<event>[.<key>]`, or of `jobico.event.<tenant>.<event>.<count>.<partition>`. */
export function parseEventSubject(subject: string): EventAddress | undefined {
  const [jobico, kind, tenant, event, token, index, ...rest] = subject.split('.');
  if (jobico !== 'jobico' || kind !== 'event' || !tenant || !event || rest.length > 0) return undefined;
  if (index === undefined) return { tenant, event };
  const spread = { index: Number(index), count: Number(token) };
  return Number.isInteger(spread.index) && Number.isInteger(spread.count) ? { tenant, event, spread } : undefined;
}

const PLAIN_KEY = /^[A-Za-z0-9_-]{1,64}$/;

/** A key as a subject token: itself where it is a plain one, else `h` and a hash of it. */
export function keyToken(key: string): string {
  return PLAIN_KEY.test(key) ? key : `h${createHash('sha256').update(key).digest('base64url')}`;
}

/**
 * How many slots the outcomes of a queue are spread over: a bounded index in which a subject look-up answers whether the
 * event with some sequence is settled. At least four times the window of a queue.
 */
export const SLOTS = 4096;

export interface OutcomeAddress {
  tenant: string;
  package: string;
  job: string;
  status: string;
  queue: string;
  sequence: number;
  /** Of the queue, if it has some: each has slots of its own, as it has one writer of its own. */
  partition?: number | undefined;
}

const slotToken = (sequence: number, partition?: number) =>
  partition === undefined ? String(sequence % SLOTS) : `${partition}-${sequence % SLOTS}`;

/** `jobico.execution.<tenant>.<package>.<job>.<status>.<queue>.<slot>`, where a slot is `[<partition>-]<number>` */
export const executionSubject = (at: OutcomeAddress) =>
  `jobico.execution.${at.tenant}.${at.package}.${at.job}.${at.status}.${at.queue}.${slotToken(at.sequence, at.partition)}`;

/** `jobico.execution.<tenant>.*.*.*.<queue>.<slot>` */
export const slotFilter = (tenant: string, queue: string, sequence: number, partition?: number) =>
  `jobico.execution.${tenant}.*.*.*.${queue}.${slotToken(sequence, partition)}`;

/** `jobico.execution.<tenant>.<package>.<job>.<status>.<queue>.*`, with `*` for what is left out. */
export const executionFilter = (
  tenant: string,
  at: { [part in 'package' | 'job' | 'status' | 'queue']?: string | undefined } = {},
) => `jobico.execution.${tenant}.${at.package ?? '*'}.${at.job ?? '*'}.${at.status ?? '*'}.${at.queue ?? '*'}.*`;

/** `jobico.execution.*.*.*.cancelled.*.*`: of every tenant. */
export const anyCancelled = () => executionFilter('*', { status: 'cancelled' });

/**
 * `jobico.inputs.<tenant>.<execution>`: beside its record, which more may read than what the host answered a job.
 */
export const inputsSubject = (tenant: string, execution: string) => `jobico.inputs.${tenant}.${execution}`;

/** `jobico.log.<tenant>.<package>.<job>`, with `*` for what a filter leaves out. */
export const logSubject = (tenant: string, at: { [part in 'package' | 'job']?: string | undefined } = {}) =>
  `jobico.log.${tenant}.${at.package ?? '*'}.${at.job ?? '*'}`;

/** Stands for the package or the job in the subject of an outcome that has none. */
export const NONE = '_';

/** `jobico.deadletter.<tenant>.<queue>.<event>` */
export const deadLetterSubject = (tenant: string, queue: string, event: string) =>
  `jobico.deadletter.${tenant}.${queue}.${event}`;

/** `jobico.deadletter.<tenant>.<queue>.<event>.<sequence>`: says that a redrive of the dead letter at that sequence has begun. */
export const redriveMarkSubject = (tenant: string, queue: string, event: string, sequence: string) =>
  `${deadLetterSubject(tenant, queue, event)}.${sequence}`;

/** `jobico.parked.<tenant>.<queue>.<partition>.<lane>`; a queue without partitions has the number 0. */
export const parkedSubject = (tenant: string, queue: string, partition: number | '*', lane: string) =>
  `jobico.parked.${tenant}.${queue}.${partition}.${lane}`;

/** `<tenant>.package.<id>`: the key of a package in the bucket `definitions`. */
export const packageKey = (tenant: string, id: string) => `${tenant}.package.${id}`;

/** `$KV.definitions.<tenant>.package.<id>`: the subject under that key. */
export const packageSubject = (tenant: string, id: string) => `$KV.${DEFINITIONS}.${packageKey(tenant, id)}`;

/** `<tenant>.<hash>`: the key of a caller's id in the bucket `idempotency`; ids may hold what a key may not. */
export const idempotencyKey = (tenant: string, event: string, id: string) =>
  `${tenant}.${createHash('sha256').update(`${event} ${id}`).digest('base64url')}`;

/** `$KV.idempotency.<tenant>.<hash>`: the subject under that key. */
export const idempotencySubject = (tenant: string, event: string, id: string) =>
  `$KV.${IDEMPOTENCY}.${idempotencyKey(tenant, event, id)}`;
/** `<tenant>.<schedule>`: the key of a schedule in the bucket `schedules`. */
export const scheduleKey = (tenant: string, schedule: string) => `${tenant}.${schedule}`;

/** `jobico.schedule.<tenant>.<schedule>`: the message that the server fires. */
export const scheduleSubject = (tenant: string, schedule: string) => `jobico.schedule.${tenant}.${schedule}`;

/** `jobico.fired.<tenant>.<schedule>`: a message for each time that it has fired. */
export const firedSubject = (tenant: string, schedule: string) => `jobico.fired.${tenant}.${schedule}`;

/** `<tenant>.<name>`: the key of a secret in the bucket `secrets`. */
export const secretKey = (tenant: string, name: string) => `${tenant}.${name}`;
/** What can be paused. */
export type PausableKind = 'package' | 'queue';

/** `<tenant>.pause.<kind>.<id>`: the key in the bucket `definitions` that says that a package or a queue is paused. */
export const pauseKey = (tenant: string, kind: PausableKind, id: string) => `${tenant}.pause.${kind}.${id}`;

/** `$KV.definitions.<tenant>.pause.>`: the subjects of all such keys of a tenant. */
export const pauseSubjects = (tenant: string) => `$KV.${DEFINITIONS}.${tenant}.pause.>`;

/** What a key of the bucket `definitions` stands for; undefined if it is of another version of the platform. */
export function parseDefinitionKey(
  key: string,
):
  | { tenant: string; kind: 'package'; id: string }
  | { tenant: string; kind: 'pause'; of: PausableKind; id: string }
  | undefined {
  const [tenant = '', kind, ...rest] = key.split('.');
  if (kind === 'package' && rest.length === 1) return { tenant, kind, id: rest[0] ?? '' };
  const [of, id = ''] = rest;
  const isPause = kind === 'pause' && rest.length === 2 && (of === 'package' || of === 'queue');
  return isPause ? { tenant, kind, of, id } : undefined;
}

/** `kv_<tenant>`: the bucket of a tenant's own data. */
export const tenantBucket = (tenant: string) => `kv_${tenant}`;

/** `jobico.ctl.<operation>` */
export const operationSubject = (operation: string) => `jobico.ctl.${operation}`;

/** `jobico.demand.<node>`: what tenants ask of a process, told to the others that share their limits. */
export const demandSubject = (node: string) => `jobico.demand.${node}`;
