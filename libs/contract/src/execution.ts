import { Type, type Static } from 'typebox';
import { RecordedCall } from './recorded-call.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export const LogLine = Type.Object({
  time: Type.String({ format: 'date-time' }),
  level: Type.Enum([...LOG_LEVELS]),
  message: Type.String(),
});
export type LogLine = Static<typeof LogLine>;

/**
 * `ok` succeeded; `retry` will be tried again; `failed` took the error route; `dead` became a dead letter; `cancelled` was
 * ended by somebody, before it ran or while it did.
 */
export const EXECUTION_STATUSES = ['ok', 'retry', 'failed', 'dead', 'cancelled'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/**
 * `retry` and `permanent` are the job's own words; the others are what happened to it, or why it could not run.
 * `interrupted`: its sandbox was ended because of another event while it ran; it runs again at once, and never ends by this.
 * `cancelled`: somebody has ended it.
 */
export const EXECUTION_ERROR_CODES = [
  'retry',
  'permanent',
  'trap',
  'deadline',
  'memory',
  'interrupted',
  'platform',
  'invalid',
  'no-job',
  'cancelled',
  'expired',
] as const;
export type ExecutionErrorCode = (typeof EXECUTION_ERROR_CODES)[number];

export const ExecutionError = Type.Object({
  code: Type.Enum([...EXECUTION_ERROR_CODES], {
    description: 'Why: what the job declared, or what happened to it.',
  }),
  message: Type.String(),
});
export type ExecutionError = Static<typeof ExecutionError>;

/** Where an event comes from that was put back on its queue. Like every header of an event it is its producer's claim. */
export const RedriveOf = Type.Object(
  {
    deadLetter: Type.String({ description: 'The dead letter that it was.' }),
    execution: Type.Optional(Type.String({ description: 'The execution that had given up.' })),
    count: Type.Integer({ minimum: 1, description: 'How often the original event has been redriven by now.' }),
  },
  { description: 'For an event that was a dead letter and is on its queue again.' },
);
export type RedriveOf = Static<typeof RedriveOf>;

/** Where an event comes from that was replayed. Like every header of an event it is its producer's claim. */
export const ReplayOf = Type.Object(
  {
    event: Type.String({ description: 'Id of the event that it repeats.' }),
    replay: Type.String({ description: 'The replay that did.' }),
  },
  { description: 'For an event that is on its queue once more.' },
);
export type ReplayOf = Static<typeof ReplayOf>;

/** What an execution was given. It may hold what others than its readers may read: records say only that it was kept. */
export const ExecutionInputs = Type.Object({
  data: Type.String({ description: 'The event as its job got it: JSON text.' }),
  calls: Type.Array(RecordedCall, { description: 'What the job asked of the host, in the order of the answers.' }),
  isCut: Type.Optional(Type.Boolean({ description: 'They are more than is kept: some are missing.' })),
});
export type ExecutionInputs = Static<typeof ExecutionInputs>;

/** The record of one attempt: what a message in the stream EXECUTIONS holds. */
export const Execution = Type.Object(
  {
    id: Type.String({ description: 'UUIDv7.' }),
    tenant: Type.String(),
    package: Type.String(),
    version: Type.Integer({ description: 'Of the package.' }),
    job: Type.String(),
    event: Type.Object({
      id: Type.String(),
      name: Type.String(),
      key: Type.Optional(Type.String()),
      time: Type.String({ format: 'date-time', description: 'When its queue stored it.' }),
      redriveOf: Type.Optional(RedriveOf),
      replayOf: Type.Optional(ReplayOf),
    }),
    attempt: Type.Integer({ minimum: 1 }),
    status: Type.Enum([...EXECUTION_STATUSES]),
    startedAt: Type.String({ format: 'date-time' }),
    durationMs: Type.Number(),
    waitedMs: Type.Number({ description: 'Between its storing, or the end of the last attempt, and this start.' }),
    queue: Type.String(),
    sequence: Type.Integer({ description: 'Of the event in its queue.' }),
    result: Type.Optional(Type.Unknown()),
    error: Type.Optional(ExecutionError),
    emitted: Type.Array(
      Type.Object({
        id: Type.String(),
        event: Type.String(),
        key: Type.Optional(Type.String()),
        data: Type.Unknown(),
        route: Type.Enum(['ok', 'error', 'emit']),
      }),
      { description: 'Events that this outcome puts on their queues.' },
    ),
    logs: Type.Array(LogLine),
    usage: Type.Object({ memoryBytes: Type.Integer(), hostCalls: Type.Integer() }),
    inputsKept: Type.Optional(
      Type.Object(
        { calls: Type.Integer({ description: 'How many calls of the host.' }) },
        {
          description:
            'Where the job says `record`: its inputs were kept, which `execution.inputs` answers to deployers.',
        },
      ),
    ),
    node: Type.String(),
    nextAttemptAt: Type.Optional(Type.String({ format: 'date-time', description: 'With status retry.' })),
    traceId: Type.Optional(Type.String()),
  },
  { title: 'Execution' },
);
export type Execution = Static<typeof Execution>;
export type EmittedEvent = Execution['emitted'][number];

/**
 * What an execution has logged, told while it still runs: what a message under `jobico.log.…` holds. It is for people who
 * watch, and settles nothing; the record has all the lines.
 */
export const LiveLines = Type.Object(
  {
    execution: Type.String({ description: 'Id that its record will have; it has none if its executor dies first.' }),
    tenant: Type.String(),
    package: Type.String(),
    version: Type.Integer({ description: 'Of the package.' }),
    job: Type.String(),
    event: Type.Object({ id: Type.String(), name: Type.String(), key: Type.Optional(Type.String()) }),
    attempt: Type.Integer({ minimum: 1 }),
    node: Type.String(),
    from: Type.Integer({ minimum: 0, description: 'Place of the first of these lines among those of the record.' }),
    lines: Type.Array(LogLine),
  },
  { title: 'Live lines' },
);
export type LiveLines = Static<typeof LiveLines>;

/** A stored copy of an event that will not be retried. */
export const DeadLetter = Type.Object(
  {
    id: Type.String({ description: 'Its sequence in the stream DEADLETTERS.' }),
    tenant: Type.String(),
    queue: Type.String(),
    time: Type.String({ format: 'date-time' }),
    event: Type.Object({
      id: Type.String(),
      name: Type.String(),
      key: Type.Optional(Type.String()),
      redriveOf: Type.Optional(RedriveOf),
      replayOf: Type.Optional(ReplayOf),
    }),
    sequence: Type.Integer({ description: 'Of the event in its queue.' }),
    attempts: Type.Integer({ minimum: 0 }),
    package: Type.Optional(Type.String()),
    job: Type.Optional(Type.String()),
    execution: Type.Optional(Type.String({ description: 'The execution that gave up.' })),
    error: ExecutionError,
    faults: Type.Optional(
      Type.Array(Type.Unknown(), { description: 'For an invalid event, where its schema refuses it.' }),
    ),
    data: Type.Unknown({ description: 'The payload: JSON, or the text where it is none.' }),
    isText: Type.Optional(Type.Boolean({ description: 'Whether `data` is text because the payload was no JSON.' })),
    isLeftOut: Type.Optional(
      Type.Boolean({
        description: 'Whether `data` is null because the payload is too large: only its queue has it.',
      }),
    ),
  },
  { title: 'Dead letter' },
);
export type DeadLetter = Static<typeof DeadLetter>;
