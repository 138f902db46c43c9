import { createDeadLetterHandlers, type DeadLetterDeps } from './dead-letters/handlers.ts';
import { createDiagnosisHandlers } from './nodes/diagnosis.ts';
import { createEventHandlers, type EventDeps } from './events/handlers.ts';
import { createStoredEventHandlers } from './events/stored-handlers.ts';
import {
  createExecutionHandlers,
  createExecutionStreams,
  type ExecutionDeps,
  type StreamDeps,
} from './executions/handlers.ts';
import { createFileHandlers } from './files/handlers.ts';
import { createKvHandlers } from './kv/handlers.ts';
import { createNodeHandlers } from './nodes/handlers.ts';
import type { Handlers, Streams } from './operations.ts';
import type { DeployDeps } from './packages/deploy.ts';
import { createPackageHandlers } from './packages/handlers.ts';
import { createPauseHandlers } from './pauses/handlers.ts';
import { createQueueHandlers } from './queues/handlers.ts';
import { createScheduleHandlers, type ScheduleDeps } from './schedules/handlers.ts';
import { createSecretHandlers } from './secrets/handlers.ts';
import { createTenantHandlers, type TenantDeps } from './tenants/handlers.ts';
import { createTenantLimitHandlers, type TenantLimitDeps } from './tenants/limits.ts';
import { createTokenHandlers, type TokenDeps } from './tokens/handlers.ts';
import type { Pauses } from '@jobico/messaging';

export interface HandlerDeps
  extends DeployDeps, DeadLetterDeps, TenantDeps, TenantLimitDeps, TokenDeps, ScheduleDeps, ExecutionDeps {
  pauses: Pauses;
  door: EventDeps['door'];
}

/** The handlers of every operation, as each transport calls them. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createPackageHandlers(deps),
    ...createFileHandlers(deps),
    ...createEventHandlers(deps),
    ...createStoredEventHandlers(deps),
    ...createExecutionHandlers(deps),
    ...createDeadLetterHandlers(deps),
    ...createPauseHandlers(deps),
    ...createQueueHandlers(deps),
    ...createKvHandlers(deps),
    ...createNodeHandlers(deps),
    ...createDiagnosisHandlers(deps),
    ...createTenantHandlers(deps),
    ...createTenantLimitHandlers(deps),
    ...createSecretHandlers(deps),
    ...createTokenHandlers(deps),
    ...createScheduleHandlers(deps),
  };
}

export function createStreams(deps: StreamDeps): Streams {
  return createExecutionStreams(deps);
}
