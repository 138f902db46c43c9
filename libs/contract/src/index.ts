export { isAllowed, TOKEN_ROLES } from './access.ts';
export type { Caller, Role, TokenRole } from './access.ts';
export { CRON_FORM, isTimeZone, nextOfCron, readCron } from './cron.ts';
export type { Cron } from './cron.ts';
export { asJobicoError, ERROR_CODES, fromProblem, JobicoError, toProblem } from './errors.ts';
export type { ErrorCode, ErrorOptions, Fault, Problem } from './errors.ts';
export {
  DeadLetter,
  Execution,
  ExecutionInputs,
  EXECUTION_ERROR_CODES,
  EXECUTION_STATUSES,
  ExecutionError,
  LiveLines,
  LOG_LEVELS,
  LogLine,
  RedriveOf,
  ReplayOf,
} from './execution.ts';
export type { EmittedEvent, ExecutionErrorCode, ExecutionStatus } from './execution.ts';
export { endOfString, isLarger, isTooDeep, MAX_JSON_DEPTH, parseExactJson } from './exact-json.ts';
export { nearest, pointer, shown } from './faults.ts';
export { EVENT_ID_PATTERN, ID_PATTERN, isEventId, isId, isSecretName, SECRET_NAME_PATTERN } from './ids.ts';
export { createOperationChecks } from './operations/check.ts';
export type { OperationChecks } from './operations/check.ts';
export { DropResult, RedriveResult } from './operations/dead-letter.ts';
export type { LetterFilters } from './operations/dead-letter.ts';
export { Diagnosis, QueueLag } from './operations/diagnosis.ts';
export { Followed } from './operations/execution.ts';
export { AcceptedEvents, ReplayResult } from './operations/event.ts';
export { FILE_KINDS, StoredFile } from './operations/file.ts';
export type { FileKind } from './operations/file.ts';
export type { Operation } from './operations/operation.ts';
export type { PackagePaused } from './operations/package.ts';
export type { PauseState } from './operations/pause.ts';
export { QueueState, StoredEvent, WaitingEvent } from './operations/queue.ts';
export { isoTime } from './iso-time.ts';
export { LIMITS } from './limits.ts';
export { isLoopback, isLoopbackHost } from './loopback.ts';
export { MODULES, Node } from './operations/platform.ts';
export type { ModuleName } from './operations/platform.ts';
export { Schedule } from './operations/schedule.ts';
export { StoredSecret } from './operations/secret.ts';
export type { Tenant } from './operations/tenant.ts';
export { TOKEN_KINDS, Token } from './operations/token.ts';
export type { TokenKind } from './operations/token.ts';
export { OPERATION_NAMES, operations } from './operations/table.ts';
export type { OperationInput, OperationName, OperationOutput, StreamName } from './operations/table.ts';
export { BuildFile, validateBuildFile } from './package/build-file.ts';
export type { RuntimeBuild } from './package/build-file.ts';
export { TenantLimits } from './operations/tenant-limits.ts';
export { changesBetween } from './package/changes.ts';
export type { PackageChange, PackageContent } from './package/changes.ts';
export { readHttpGrant } from './package/http-grant.ts';
export type { HttpGrant, HttpGrantFault } from './package/http-grant.ts';
export { jobsOf, queueOf, webhookOf } from './package/jobs.ts';
export type { Job, Ordering, Queue, RetryPolicy, Webhook } from './package/jobs.ts';
export { keyOf } from './package/key.ts';
export { normalise, parsePackage } from './package/parse.ts';
export type { ParsedPackage } from './package/parse.ts';
export { moduleReferences, schemaReferences } from './package/references.ts';
export type { FileReference } from './package/references.ts';
export { PackageDefinition, WEBHOOK_SCHEMES } from './package/schema.ts';
export type {
  GrantDefinition,
  JobDefinition,
  QueueDefinition,
  RouteDefinition,
  RuntimeDefinition,
  WebhookDefinition,
  ScheduleDefinition,
} from './package/schema.ts';
export { packageFaults, validateGrant, validatePackage } from './package/validate.ts';
export { timingFaults } from './package/timing.ts';
export type { Timing } from './package/timing.ts';
export { PackageVersion } from './package/version.ts';
export { PROBLEM_SCHEMA } from './problem-schema.ts';
export { durationMs, sizeBytes } from './quantities.ts';
export { RECORDED_CALL_KINDS, RecordedBytes, RecordedCall } from './recorded-call.ts';
export { bundleSchema } from './schema/bundle.ts';
export { compileSchema } from './schema-validator.ts';
export type { Validator } from './schema-validator.ts';
