const KIB = 2 ** 10;
const MIB = 2 ** 20;
const DAY_MS = 86_400_000;

/**
 * What the platform takes and keeps, whatever a package says. The parts that enforce a limit take it from here, and so does
 * docs/reference/limits.md. (Those of the sandbox and the gate are in `@jobico/component`.)
 */
export const LIMITS = {
  /** Bytes of an event's payload. */
  eventBytes: MIB,
  /** Of one that is published straight over NATS: what is made of it has to fit a message too. */
  directEventBytes: 4 * MIB,
  /** Bytes of a request to the listener. */
  requestBytes: 8 * MIB,
  /** How long one may take to arrive. */
  requestTimeMs: 20_000,
  /** Events of one request. */
  requestEvents: 10_000,
  /** UTF-8 bytes of the attributes of one CloudEvent, names and values. */
  attributeBytes: 8 * KIB,
  /** How long the id of a request or an event that brings its own is remembered. */
  idempotencyMs: DAY_MS,
  /** The longest that a request waits for the outcome of its events. */
  waitMs: 30_000,
  /** Events of a request that waits. */
  waitEvents: 100,
  /** Requests of one listener that wait at once. */
  waiters: 1000,
  /** Lines of a streamed request that are under way at once. */
  streamWindow: 512,
  /** UTF-16 units of an ordering key that is sent with an event. */
  keyLength: 512,
  /** Bytes of a package definition, as YAML or JSON. */
  packageBytes: MIB,
  /** Bytes of a JSON Schema. */
  schemaBytes: 256 * KIB,
  /** Schemas in a JSON Schema, those in `$defs` too: making code of them takes a tenth of a second for a thousand. */
  schemaParts: 5000,
  /** Schemas side by side, with those side by side in one of them, and so on: the code for them is nested as deep. */
  schemaWidth: 1000,
  /** Patterns, and values that others are looked up among: making code of them takes the square of their number. */
  schemaPatterns: 1000,
  /** Of all its patterns, with what they repeat written out: each takes memory, and up to some 30 ns for a character. */
  schemaInstructions: 20_000,
  /** Steps that an event may take to be checked against a schema that is counted, beside some for each of its values. */
  schemaSteps: 200_000,
  /** Bytes of a request to the control plane, but for those of operations that say otherwise. */
  operationBytes: MIB,
  /** How long a component may take to be loaded and to start. */
  loadTimeMs: 10_000,
  /** Log lines that an execution keeps. */
  logLines: 1000,
  /** UTF-8 bytes of them together. */
  logBytes: 64 * KIB,
  /** UTF-8 bytes of a job's result. */
  resultBytes: MIB,
  /** Events that one execution may raise. */
  emittedEvents: 100,
  /** UTF-8 bytes of their data and keys together. */
  emittedBytes: 256 * KIB,
  /** Bytes of the inputs that a record keeps of an execution, where its job says `record`: the event and the host's answers. */
  recordedInputBytes: 256 * KIB,
  /** Instances of one job in one sandbox: `concurrency` counts up to here. */
  instances: 64,
  /** Events after which an instance is replaced. */
  eventsPerInstance: 10_000,
  /** UTF-8 bytes of a key of a bucket. */
  kvKeyBytes: 512,
  /** Bytes of a value. */
  kvValueBytes: 512 * KIB,
  /** Keys that one listing answers. */
  kvKeysListed: 10_000,
  /** Bytes that a tenant's buckets may hold together. */
  kvTenantBytes: 64 * MIB,
  /** Bytes of a request's body, and of a response's. */
  httpBodyBytes: 4 * MIB,
  /** Bytes of names and values of a request's headers together, and of a response's. */
  httpHeaderBytes: 64 * KIB,
  /** From the call to the last byte of the response. */
  httpTimeMs: 30_000,
  /** Requests of one tenant that one executor has under way. */
  httpTenantCalls: 64,
  /** Bytes of responses that one executor reads for one tenant at once. */
  httpTenantBytes: 32 * MIB,
  /** Schedules of a tenant. */
  schedules: 1000,
  /** Fires of one schedule that wait while no control plane runs; older ones are dropped. */
  scheduleFires: 1000,
  /** Bytes of the data that a schedule raises its events with. */
  scheduleBytes: 64 * KIB,
  /** How long a schedule that fired once is still listed. */
  schedulesDoneMs: 7 * DAY_MS,
  /** Characters that a secret has at least: what is shorter could not be told from other text in a log. */
  secretMinLength: 6,
  /** UTF-8 bytes of a secret. */
  secretBytes: 64 * KIB,
  /** How long records of executions are kept. */
  recordsAgeMs: 7 * DAY_MS,
  /** Bytes of all records together. */
  recordsBytes: 1024 * MIB,
  /** How long dead letters are kept. */
  deadLettersAgeMs: 30 * DAY_MS,
  /** How long a token may be valid. */
  tokenAgeMs: 3650 * DAY_MS,
} as const;
