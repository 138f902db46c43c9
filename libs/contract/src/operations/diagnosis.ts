import { Type, type Static } from 'typebox';
import { closed, operation } from './operation.ts';

/** A queue, or a partition of one, that holds events which are not settled. */
export const QueueLag = Type.Object({
  tenant: Type.String(),
  queue: Type.String(),
  /** Of its consumer, where the queue has partitions. */
  consumer: Type.String(),
  /** Events that no executor has been given. */
  waiting: Type.Integer(),
  /** Events that one has been given and has not settled. */
  delivered: Type.Integer(),
  isOrdered: Type.Boolean(),
  /** Whether an executor has it, if it is ordered. */
  isPinned: Type.Boolean(),
  /** Milliseconds since an event of it was settled; left out, none ever was. */
  settledAgoMs: Type.Optional(Type.Number()),
});
export type QueueLag = Static<typeof QueueLag>;

/** What the control plane sees of the platform, for whoever looks after it. */
export const Diagnosis = Type.Object({
  /** The control plane's clock. */
  time: Type.String({ format: 'date-time' }),
  nats: Type.Object({
    version: Type.String(),
    /** Its clock. */
    time: Type.String({ format: 'date-time' }),
    storedBytes: Type.Number(),
    /** What the account may store; left out, what the server itself may. */
    maxBytes: Type.Optional(Type.Number()),
    /** Copies of the events, of the stream that has fewest. */
    replicas: Type.Integer(),
    /** What the control plane is set to: `durable` promises that what is accepted is on the disk. */
    durability: Type.Optional(Type.Enum(['standard', 'durable'])),
  }),
  /** Revision of the definitions that are stored. */
  definitionsRevision: Type.Integer(),
  deadLetters: Type.Integer(),
  /** How many queues there are. */
  queues: Type.Integer(),
  /** Those with events that are not settled, the fullest first; at most 1,000. */
  lags: Type.Array(QueueLag),
});
export type Diagnosis = Static<typeof Diagnosis>;

export const diagnosisOperations = {
  'diagnosis.get': operation({
    summary: 'Tells what the control plane sees of NATS, of the queues and of the definitions',
    role: 'admin',
    method: 'GET',
    path: '/v1/diagnosis',
    input: Type.Object({}, closed),
    output: Diagnosis,
  }),
};
