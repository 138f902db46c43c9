import { Type, type Static } from 'typebox';
import { RedriveOf, ReplayOf } from '../execution.ts';
import { ID_PATTERN } from '../ids.ts';
import { after, closed, idFilter, limit, operation, page, tenant } from './operation.ts';
import { pauseFields } from './pause.ts';

const queue = Type.String({ pattern: ID_PATTERN, description: 'The queue.' });
const key = Type.Optional(Type.String({ maxLength: 512, description: 'Only with this ordering key.' }));
const path = '/v1/tenants/{tenant}/queues/{queue}';

/** A queue as it stands. */
export const QueueState = Type.Object(
  {
    id: Type.String(),
    ordering: Type.Union([
      Type.Enum(['strict', 'none']),
      Type.Object({ key: Type.String(), partitions: Type.Integer() }),
    ]),
    storage: Type.Enum(['file', 'memory']),
    packages: Type.Array(Type.String(), { description: 'That have events there; none, of a queue that only drains.' }),
    events: Type.Array(Type.String(), { description: 'Names of the events that it takes.' }),
    waiting: Type.Integer({ description: 'Events that are not settled, those that are fetched or parked too.' }),
    fetched: Type.Integer({ description: 'Of them, by executors: some of these run.' }),
    parked: Type.Integer({ description: 'Of them, outside the queue, because their key waits for an attempt.' }),
    stored: Type.Object({
      events: Type.Integer({ description: 'Settled ones too: they can be replayed.' }),
      bytes: Type.Integer(),
      oldestAt: Type.Optional(Type.String({ format: 'date-time' })),
    }),
    retention: Type.Object({
      maxAgeMs: Type.Integer(),
      maxBytes: Type.Optional(Type.Integer()),
      maxEvents: Type.Optional(Type.Integer()),
    }),
    pausedSince: Type.Optional(Type.String({ format: 'date-time', description: 'Of a queue that is paused itself.' })),
    isAtRest: Type.Boolean({ description: 'Whether it, or every package that has events there, is paused.' }),
  },
  { title: 'Queue' },
);
export type QueueState = Static<typeof QueueState>;

/** An event as its queue has it. */
export const StoredEvent = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    key: Type.Optional(Type.String()),
    queue: Type.String(),
    sequence: Type.Integer({ description: 'In its queue.' }),
    time: Type.String({ format: 'date-time', description: 'When its queue stored it.' }),
    source: Type.Optional(Type.String({ description: 'Where its producer says that it came from.' })),
    redriveOf: Type.Optional(RedriveOf),
    replayOf: Type.Optional(ReplayOf),
    data: Type.Unknown({ description: 'The payload: JSON, or the text where it is none.' }),
    isText: Type.Optional(Type.Boolean({ description: 'Whether `data` is text because the payload is no JSON.' })),
  },
  { title: 'Stored event' },
);
export type StoredEvent = Static<typeof StoredEvent>;

/** An event that is not settled. */
export const WaitingEvent = Type.Object(
  {
    ...StoredEvent.properties,
    state: Type.Enum(['waiting', 'fetched', 'parked'], {
      description: 'fetched: by an executor, it may run; parked: its key waits for an attempt, outside the queue.',
    }),
    nextAttempt: Type.Optional(Type.Integer({ description: 'Where it has failed before.' })),
    nextAttemptAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { title: 'Waiting event' },
);
export type WaitingEvent = Static<typeof WaitingEvent>;

const QueuePaused = Type.Object({ ...pauseFields, queue: Type.String() });

export const queueOperations = {
  'queue.list': operation({
    summary: 'Lists the queues of a tenant with what waits in them',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/queues',
    input: Type.Object({ tenant }, closed),
    output: page(QueueState),
  }),
  'queue.get': operation({
    summary: 'Shows a queue with what waits in it',
    role: 'viewer',
    method: 'GET',
    path,
    input: Type.Object({ tenant, queue }, closed),
    output: QueueState,
  }),
  'queue.peek': operation({
    summary: 'Shows events that wait in a queue, and leaves them there',
    role: 'viewer',
    method: 'GET',
    path: `${path}/events`,
    input: Type.Object(
      {
        tenant,
        queue,
        order: Type.Optional(Type.Enum(['oldest', 'newest'], { default: 'oldest', description: 'Which come first.' })),
        event: idFilter('Only this event, by its name.'),
        key,
        limit,
        after,
      },
      closed,
    ),
    output: page(WaitingEvent),
  }),
  'queue.pause': operation({
    summary: 'Starts no job for the events of a queue until it is resumed; what runs ends, and events wait',
    role: 'deployer',
    method: 'POST',
    path: `${path}/pause`,
    input: Type.Object({ tenant, queue }, closed),
    output: QueuePaused,
  }),
  'queue.resume': operation({
    summary: 'Goes on with a queue that was paused',
    role: 'deployer',
    method: 'POST',
    path: `${path}/resume`,
    input: Type.Object({ tenant, queue }, closed),
    output: QueuePaused,
  }),
  'queue.purge': operation({
    summary: 'Deletes events that wait in a queue that is paused, oldest first, a page of them at a time',
    role: 'deployer',
    method: 'POST',
    path: `${path}/purge`,
    input: Type.Object(
      {
        tenant,
        queue,
        event: idFilter('Only this event, by its name.'),
        key,
        storedBefore: Type.Optional(Type.String({ format: 'date-time', description: 'Only what was stored before.' })),
        all: Type.Optional(Type.Boolean({ default: false, description: 'Needed where there is no filter.' })),
        dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Deletes nothing; answers what would go.' })),
        limit,
        after,
      },
      closed,
    ),
    output: page(
      Type.Object({
        id: Type.String(),
        event: Type.String({ description: 'Its name.' }),
        key: Type.Optional(Type.String()),
        sequence: Type.Integer(),
        time: Type.String({ format: 'date-time' }),
      }),
    ),
  }),
};
