import { createDeadLetterHandlers, type DeadLetterDeps } from './dead-letters/handlers.ts';
import { createEventHandlers } from './events/handlers.ts';
import { createExecutionHandlers, createExecutionStreams, type StreamDeps } from './executions/handlers.ts';
import { createFileHandlers } from './files/handlers.ts';
import { createNodeHandlers } from './nodes/handlers.ts';
import type { Handlers, Streams } from './operations.ts';
import type { DeployDeps } from './packages/deploy.ts';
import { createPackageHandlers } from './packages/handlers.ts';
import { createSecretHandlers } from './secrets/handlers.ts';
import { createTenantHandlers } from './tenants/handlers.ts';
import { createTenantLimitHandlers, type TenantLimitDeps } from './tenants/limits.ts';
import type { Intake, Recorder, SecretStore } from '@jobico/messaging';

export interface HandlerDeps extends DeployDeps, DeadLetterDeps, TenantLimitDeps {
  intake: Intake;
  recorder: Recorder;
  secrets: SecretStore;
}

/** The handlers of every operation, as each transport calls them. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createPackageHandlers(deps),
    ...createFileHandlers(deps),
    ...createEventHandlers(deps),
    ...createExecutionHandlers(deps),
    ...createDeadLetterHandlers(deps),
    ...createNodeHandlers(deps),
    ...createTenantHandlers(deps),
    ...createTenantLimitHandlers(deps),
    ...createSecretHandlers(deps),
  };
}

export function createStreams(deps: StreamDeps): Streams {
  return createExecutionStreams(deps);
}
