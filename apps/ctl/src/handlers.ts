import { createDeadLetterHandlers, type DeadLetterDeps } from './dead-letters/handlers.ts';
import { createEventHandlers } from './events/handlers.ts';
import { createExecutionHandlers, createExecutionStreams, type StreamDeps } from './executions/handlers.ts';
import { createFileHandlers } from './files/handlers.ts';
import { createNodeHandlers } from './nodes/handlers.ts';
import type { Handlers, Streams } from './operations.ts';
import type { DeployDeps } from './packages/deploy.ts';
import { createPackageHandlers } from './packages/handlers.ts';
import { createPauseHandlers } from './pauses/handlers.ts';
import { createQueueHandlers } from './queues/handlers.ts';
import { createSecretHandlers } from './secrets/handlers.ts';
import { createTenantHandlers, type TenantDeps } from './tenants/handlers.ts';
import { createTenantLimitHandlers, type TenantLimitDeps } from './tenants/limits.ts';
import { createTokenHandlers, type TokenDeps } from './tokens/handlers.ts';
import type { Intake, Pauses, Recorder } from '@jobico/messaging';

export interface HandlerDeps extends DeployDeps, DeadLetterDeps, TenantDeps, TenantLimitDeps, TokenDeps {
  intake: Intake;
  recorder: Recorder;
  pauses: Pauses;
}

/** The handlers of every operation, as each transport calls them. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createPackageHandlers(deps),
    ...createFileHandlers(deps),
    ...createEventHandlers(deps),
    ...createExecutionHandlers(deps),
    ...createDeadLetterHandlers(deps),
    ...createPauseHandlers(deps),
    ...createQueueHandlers(deps),
    ...createNodeHandlers(deps),
    ...createTenantHandlers(deps),
    ...createTenantLimitHandlers(deps),
    ...createSecretHandlers(deps),
    ...createTokenHandlers(deps),
  };
}

export function createStreams(deps: StreamDeps): Streams {
  return createExecutionStreams(deps);
}
