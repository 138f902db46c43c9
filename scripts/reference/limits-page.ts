import {
  CALL_LIMITS,
  DEFAULT_GATE_LIMITS,
  DEFAULT_HEAP_BYTES,
  DEFAULT_LIMITS,
  LIVE_AFTER_MS,
  LIVE_EVERY_MS,
  MAX_CALLS_OF_SANDBOX,
  MAX_CALLS_UNDER_WAY,
  MAX_MESSAGE_LENGTH,
  type GateLimits,
} from '@jobico/component';
import { SETTINGS } from '@jobico/config';
import { LIMITS, MAX_JSON_DEPTH, operations } from '@jobico/contract';
import { bytes, many, milliseconds } from './quantity.ts';
import { table } from './table.ts';

const INTRODUCTION = `# Limits

<!-- Made by scripts/reference.ts from the code that enforces them. -->

What the platform takes, runs and keeps, and what follows beyond it. Where nothing else is said a limit is the platform's own and cannot be changed. What a package sets for itself (\`timeout\`, \`concurrency\`, \`retry\`, \`retention\`, …) is in [package.md](package.md). \`too-large\`, \`invalid\` and the like are codes of errors, the same over HTTP, NATS and the command line; in a job they are the errors of the interface that it called ([wit/job.wit](../../wit/job.wit)).`;

/** What is limited, how far, and what follows beyond. */
type Row = readonly [what: string, value: string, beyond: string];

/** Every limit of {@link LIMITS} has its row: a new one does not compile without. */
const ROWS: Record<keyof typeof LIMITS, Row> = {
  eventBytes: [
    'Payload of an event',
    bytes(LIMITS.eventBytes),
    '`too-large` (413), and nothing of the request is accepted',
  ],
  directEventBytes: [
    'Payload of one that is published straight over NATS',
    bytes(LIMITS.directEventBytes),
    "a dead letter, `invalid`; beyond the server's `max_payload` it is not stored",
  ],
  requestBytes: ['Body of a request to the listener', bytes(LIMITS.requestBytes), '`too-large` (413)'],
  requestTimeMs: ['Time for it to arrive', milliseconds(LIMITS.requestTimeMs), '408, and the connection is closed'],
  requestEvents: [
    'Events of one request',
    many(LIMITS.requestEvents, 'events'),
    '`bad-request` (400) from the listener, `invalid` (422) from `event.send`; nothing of the request is accepted',
  ],
  attributeBytes: ['Attributes of a CloudEvent', bytes(LIMITS.attributeBytes), '`too-large` (413)'],
  idempotencyMs: [
    'How long the id of a request, or of a CloudEvent, is remembered',
    milliseconds(LIMITS.idempotencyMs),
    'the same id stands for another event',
  ],
  waitMs: ['How long a request waits for an outcome (`Prefer: wait`)', milliseconds(LIMITS.waitMs), '202 without it'],
  waitEvents: ['Events of a request that waits', many(LIMITS.waitEvents, 'events'), '202 at once'],
  waiters: ['Requests of one listener that wait at once', many(LIMITS.waiters, 'requests'), '202 at once'],
  streamWindow: [
    'Lines of a streamed request under way at once',
    many(LIMITS.streamWindow, 'lines'),
    'it is read no further until some are answered',
  ],
  keyLength: [
    'An ordering key that is sent with an event',
    many(LIMITS.keyLength, 'UTF-16 units'),
    '`invalid` (422); of an event that is published straight over NATS the key is ignored',
  ],
  packageBytes: ['A package definition', bytes(LIMITS.packageBytes), '`too-large`'],
  schemaBytes: ['A JSON Schema, with all that it refers to', bytes(LIMITS.schemaBytes), '`schema-invalid`'],
  schemaParts: ['Schemas that it consists of', many(LIMITS.schemaParts, 'schemas'), '`schema-invalid`'],
  schemaWidth: [
    'Its properties or forms side by side, with those in one of them, and so on',
    many(LIMITS.schemaWidth, 'schemas'),
    '`schema-invalid`',
  ],
  schemaPatterns: [
    'Its patterns, with `const` and `enum` of lists, of objects or of more than 50 values',
    many(LIMITS.schemaPatterns, 'patterns'),
    '`schema-invalid`',
  ],
  schemaInstructions: [
    'Instructions of its patterns, with what they repeat written out: `([ab]|cd){1,100}` is 500. One like `^[A-Z]{1,100}$` is one',
    many(LIMITS.schemaInstructions, 'instructions'),
    '`schema-invalid`',
  ],
  schemaSteps: [
    'Steps that an event takes to be checked, where its schema comes back to itself, is large, or has costly patterns: a step is one part of the schema at one value. Beside them, up to 30 for each value in the event',
    many(LIMITS.schemaSteps, 'steps'),
    'the event is `invalid`: let what tells the forms of an `anyOf` or `oneOf` apart stand first in their `properties`, with `const`',
  ],
  operationBytes: ['Other requests to the control plane', bytes(LIMITS.operationBytes), '`too-large` (413)'],
  loadTimeMs: [
    'Time for a component to be loaded and to start',
    milliseconds(LIMITS.loadTimeMs),
    'the attempt fails with `platform` and is tried again',
  ],
  logLines: [
    'Log lines of an execution, standard output and error with them',
    many(LIMITS.logLines, 'lines'),
    'the job goes on; the last line of its record tells how many were cut',
  ],
  logBytes: ['Their text together', bytes(LIMITS.logBytes), 'the same; the line that does not fit is shortened'],
  resultBytes: ['Result of a job', bytes(LIMITS.resultBytes), 'the attempt fails with `trap`, and is tried again'],
  emittedEvents: [
    'Events that one execution raises',
    many(LIMITS.emittedEvents, 'events'),
    '`outbox.emit` answers `too-large`; those before it count',
  ],
  emittedBytes: ['Their data and keys together', bytes(LIMITS.emittedBytes), 'the same'],
  recordedInputBytes: [
    'Inputs that a record keeps where `jobs[].record` says so',
    bytes(LIMITS.recordedInputBytes),
    'they are cut, and cannot be replayed',
  ],
  instances: [
    'Instances of one job in one sandbox',
    many(LIMITS.instances, 'instances'),
    'events wait for one another, however large `jobs[].concurrency` is',
  ],
  eventsPerInstance: [
    'Events that one instance handles',
    many(LIMITS.eventsPerInstance, 'events'),
    'the next event gets a new instance: what a job keeps in memory is gone then',
  ],
  kvKeyBytes: ['Key of a bucket', bytes(LIMITS.kvKeyBytes), '`kv` answers `too-large`'],
  kvValueBytes: ['Value', bytes(LIMITS.kvValueBytes), '`kv.set` answers `too-large`'],
  kvKeysListed: ['Keys that `kv.keys` answers', many(LIMITS.kvKeysListed, 'keys'), 'the others are left out'],
  kvTenantBytes: [
    'All buckets of a tenant together',
    bytes(LIMITS.kvTenantBytes),
    '`kv.set` answers `too-large`. It is set aside on disk for each tenant that uses `kv`',
  ],
  httpBodyBytes: [
    'Body of a request, and of a response',
    bytes(LIMITS.httpBodyBytes),
    'a request: `invalid`; a response: `too-large`',
  ],
  httpHeaderBytes: [
    'Headers of a request, and of a response, names and values together',
    bytes(LIMITS.httpHeaderBytes),
    'a request: `invalid`; a response: `too-large`',
  ],
  httpTimeMs: [
    'From the call to the last byte of the response',
    `${milliseconds(LIMITS.httpTimeMs)}, the request's own \`timeout-ms\`, or what is left of the job's deadline: the shortest`,
    '`timeout`',
  ],
  httpTenantCalls: [
    'Requests of one tenant under way in one executor',
    many(LIMITS.httpTenantCalls, 'requests'),
    '`failed`',
  ],
  httpTenantBytes: ['Responses that are read for one tenant at once', bytes(LIMITS.httpTenantBytes), '`failed`'],
  schedules: ['Schedules of a tenant', many(LIMITS.schedules, 'schedules'), '`limit-exceeded`'],
  scheduleFires: [
    'Fires of one schedule that wait while no control plane runs',
    many(LIMITS.scheduleFires, 'fires'),
    'the oldest ones are dropped',
  ],
  scheduleBytes: ['Data of a schedule', bytes(LIMITS.scheduleBytes), '`too-large`'],
  schedulesDoneMs: ['How long one that fired once is listed', milliseconds(LIMITS.schedulesDoneMs), 'it is forgotten'],
  secretMinLength: ['Shortest secret', many(LIMITS.secretMinLength, 'characters'), '`invalid`'],
  secretBytes: ['Longest secret', bytes(LIMITS.secretBytes), '`too-large`'],
  recordsAgeMs: ['Records of executions', milliseconds(LIMITS.recordsAgeMs), 'the older ones are dropped'],
  recordsBytes: ['All records together', bytes(LIMITS.recordsBytes), 'the oldest ones are dropped'],
  deadLettersAgeMs: ['Dead letters', milliseconds(LIMITS.deadLettersAgeMs), 'the older ones are dropped'],
  tokenAgeMs: ['How long a token is valid', milliseconds(LIMITS.tokenAgeMs), '`invalid` (422)'],
};

const TOO_LONG = 'refused in the sandbox: `too-large`, of `http` `invalid`';

/** Of a job's calls, before anybody looks at what is granted. */
const CALLS: Record<keyof typeof CALL_LIMITS, Row> = {
  name: ['Name of a bucket or an event, revision, HTTP method', many(CALL_LIMITS.name, 'UTF-16 units'), TOO_LONG],
  key: ['Key or prefix', many(CALL_LIMITS.key, 'UTF-16 units'), TOO_LONG],
  url: ['URL', many(CALL_LIMITS.url, 'UTF-16 units'), TOO_LONG],
  headers: ['Headers of a request', many(CALL_LIMITS.headers, 'headers'), TOO_LONG],
  headerText: ['Their text together', many(CALL_LIMITS.headerText, 'UTF-16 units'), TOO_LONG],
  data: ['Data of one raised event', many(CALL_LIMITS.data, 'UTF-16 units'), TOO_LONG],
  bytes: ['A value or a body', bytes(CALL_LIMITS.bytes), TOO_LONG],
  underWay: ['All calls of a sandbox that have no answer', bytes(CALL_LIMITS.underWay), TOO_LONG],
};

const REFUSED = '`component-refused` at deploy';

const GATE: Record<keyof GateLimits, Row> = {
  maxBytes: ['Size of the file', bytes(DEFAULT_GATE_LIMITS.maxBytes), REFUSED],
  deadlineMs: ['Time to check and translate it', milliseconds(DEFAULT_GATE_LIMITS.deadlineMs), REFUSED],
  maxMemoryBytes: ['Memory that it declares as its least', bytes(DEFAULT_GATE_LIMITS.maxMemoryBytes), REFUSED],
  maxModules: ['Core modules, and instances of them', many(DEFAULT_GATE_LIMITS.maxModules, 'modules'), REFUSED],
  maxMemories: ['Memories', many(DEFAULT_GATE_LIMITS.maxMemories, 'memories'), REFUSED],
  maxTableElements: [
    'Table elements that it declares',
    many(DEFAULT_GATE_LIMITS.maxTableElements, 'elements'),
    REFUSED,
  ],
  maxImports: ['Imports', many(DEFAULT_GATE_LIMITS.maxImports, 'imports'), REFUSED],
};

const rowsOf = (...keys: (keyof typeof LIMITS)[]): Row[] => keys.map((key) => ROWS[key]);

const { maxSandboxes, sandboxMemoryMiB, graceMs } = SETTINGS;

const SECTIONS: Record<string, Row[]> = {
  Events: [
    ...rowsOf('eventBytes', 'directEventBytes', 'requestEvents', 'requestBytes', 'requestTimeMs'),
    [
      'Body of `event.send`',
      `${bytes(operations['event.send'].bodyLimit ?? 0)} over HTTP`,
      "`too-large` (413); over NATS the server's `max_payload`",
    ],
    [
      'Levels of arrays and objects in an event',
      many(MAX_JSON_DEPTH, 'levels'),
      'refused where it is sent; published straight over NATS it becomes a dead letter, `invalid`',
    ],
    ...rowsOf('keyLength', 'attributeBytes', 'idempotencyMs', 'waitMs', 'waitEvents', 'waiters', 'streamWindow'),
  ],
  'Packages and files': [
    ...rowsOf(
      'packageBytes',
      'schemaBytes',
      'schemaParts',
      'schemaWidth',
      'schemaPatterns',
      'schemaInstructions',
      'schemaSteps',
      'operationBytes',
    ),
  ],
  Components: [...Object.values(GATE), ...rowsOf('loadTimeMs')],
  'What an execution may use': [
    [
      'Time of one attempt',
      '`jobs[].timeout`',
      'its process is ended, the attempt fails with `deadline` and is tried again; what ran beside it is recorded as `interrupted` and runs again at once',
    ],
    [
      'Each memory of an instance',
      `${sandboxMemoryMiB.fallback} MiB, set by \`${sandboxMemoryMiB.name}\` (4 to 4,096 MiB)`,
      'growing it further fails; most jobs trap then, and the attempt is tried again',
    ],
    [
      'By how much an instance may have grown to be used again',
      bytes(DEFAULT_LIMITS.growthBytes),
      'the next event gets a new one',
    ],
    [
      'JavaScript heap of a sandbox process',
      bytes(DEFAULT_HEAP_BYTES),
      'the process ends: the attempt that had the thread fails with `memory`, those beside it are `interrupted` and run again at once',
    ],
    ...rowsOf('instances', 'eventsPerInstance', 'resultBytes'),
    ['Levels of arrays and objects in a result', many(MAX_JSON_DEPTH, 'levels'), '`trap`'],
    ['Reason of `retry` and `permanent`, message of a trap', many(MAX_MESSAGE_LENGTH, 'UTF-16 units'), 'shortened'],
    ...rowsOf('logLines', 'logBytes', 'emittedEvents', 'emittedBytes', 'recordedInputBytes'),
    ['Host calls of one execution at once', many(MAX_CALLS_UNDER_WAY, 'calls'), 'the job traps'],
  ],
  'Live logs': [
    [
      'How long an execution runs before its lines can be followed',
      milliseconds(LIVE_AFTER_MS),
      'the lines of shorter ones stand in their records alone',
    ],
    ['How often its lines are sent', `once in ${milliseconds(LIVE_EVERY_MS)}`, 'they come together'],
  ],
  Schedules: rowsOf('schedules', 'scheduleFires', 'scheduleBytes', 'schedulesDoneMs'),
  Secrets: rowsOf('secretMinLength', 'secretBytes'),
  'Key-value data': rowsOf('kvKeyBytes', 'kvValueBytes', 'kvKeysListed', 'kvTenantBytes'),
  'Outgoing HTTP': rowsOf('httpBodyBytes', 'httpHeaderBytes', 'httpTimeMs', 'httpTenantCalls', 'httpTenantBytes'),
  'Calls of a job, whatever they ask for': [
    ...Object.values(CALLS),
    ['Calls of a sandbox without an answer', many(MAX_CALLS_OF_SANDBOX, 'calls'), TOO_LONG],
  ],
  'An executor': [
    [
      'Sandbox processes at once',
      `${maxSandboxes.fallback}, set by \`${maxSandboxes.name}\` (1 to 1,000)`,
      'the one that has been idle longest is replaced; where none is idle, tenants wait',
    ],
    [
      'What running events get when it stops',
      `${milliseconds(graceMs.fallback)}, set by \`${graceMs.name}\` (0 to 600,000 ms)`,
      'they are ended, and run again elsewhere',
    ],
  ],
  'What is kept': rowsOf('recordsAgeMs', 'recordsBytes', 'deadLettersAgeMs', 'tokenAgeMs'),
};

const REMARKS: Readonly<Record<string, string>> = {
  'Live logs': `\`jobico recorder --follow\` and \`jobico execution logs <id> --follow\` show what an execution logs while it runs; over NATS it is under \`jobico.log.<tenant>.<package>.<job>\`. What is sent counts towards the same limits, and is dropped a minute after the job's \`timeout\`: its record has it all. A job can tell what it has logged while it waits for \`kv\`, \`http\` or \`emit\`, and whenever it writes a line; one that computes without writing tells nothing until it does either. Of a job that is ended by force its record has what it told before.`,
  'Outgoing HTTP': `Only to origins that \`grants.<runtime>.http\` names. A redirect is a response like any other: it is returned to the job, not followed. Nothing is decompressed, no cookies are kept, and each request has a connection of its own.`,
};

/** The page docs/reference/limits.md. */
export function limitsPage(): string {
  const sections = Object.entries(SECTIONS).flatMap(([title, rows]) => {
    const remark = REMARKS[title];
    const limits = table(['what', 'limit', 'beyond it'], rows);
    return [`## ${title}`, ...(remark === undefined ? [] : [remark]), limits];
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}
