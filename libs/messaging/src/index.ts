export { connectNats } from './connection.ts';
export type { Nats, NatsOptions } from './connection.ts';
export { createDeadLetters } from './dead-letters.ts';
export type { DeadLetters } from './dead-letters.ts';
export type { DeadLetterQuery } from './dead-letter-query.ts';
export { createDefinitionStore, deployedMeanwhile } from './definitions.ts';
export type { DefinitionStore, TenantPackages } from './definitions.ts';
export { watchDefinitions } from './definitions-view.ts';
export type { DeclaredEvent, Definitions } from './definitions-view.ts';
export { createEventId, derivedId, outgoingId, timeOfId } from './event-ids.ts';
export { eventHeaders, readEvent } from './event-message.ts';
export type { QueuedEvent } from './event-message.ts';
export { createArtifactStore, createFileStore, digestOf } from './files.ts';
export type { ArtifactStore, FileStore } from './files.ts';
export { createIntake, keyOf } from './intake.ts';
export type { Accepted, Intake, IntakeItem, IntakeRequest } from './intake.ts';
export { createNodes } from './nodes.ts';
export type { Announcement, Nodes } from './nodes.ts';
export { consumeOrdered } from './ordered-consumer.ts';
export type { OrderedConsumer, OrderedHandlers } from './ordered-consumer.ts';
export { createOutcomes } from './outcomes.ts';
export type { Commit, Outcomes } from './outcomes.ts';
export { createParking, wakeParkedQueues } from './parking.ts';
export type { ParkedEvent, Parking } from './parking.ts';
export { createPublisher } from './publisher.ts';
export type { HeaderFields, PubAck, Publisher } from './publisher.ts';
export { createRecorder } from './recorder.ts';
export type { ExecutionFilter, ExecutionQuery, Recorder } from './recorder.ts';
export { previewRedrive, redriveLetters } from './redrive.ts';
export { createSchemas } from './schemas.ts';
export type { Schemas } from './schemas.ts';
export { serveOperations } from './services.ts';
export type { OperationHandler, ServedOperations } from './services.ts';
export { complete, settle } from './settle.ts';
export type { DeadLetterBody, Settlement } from './settle.ts';
export { consumeShared } from './shared-consumer.ts';
export type { SharedConsumer } from './shared-consumer.ts';
export {
  deleteQueue,
  ensureQueue,
  ensureStreams,
  findQueues,
  isOrderedQueue,
  listQueues,
  trimQueue,
} from './streams.ts';
export type { QueueAddress, QueueState } from './streams.ts';
export { eventSubject, keyToken, queueStream } from './subjects.ts';
export { openTenantKv } from './tenant-kv.ts';
export type { TenantKv, TenantKvEntry, WriteCondition } from './tenant-kv.ts';
export type { JsMsg } from '@nats-io/jetstream';
