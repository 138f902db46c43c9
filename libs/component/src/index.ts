export { ARTIFACT_VERSION } from './artifact/format.ts';
export type { Artifact, Mode, Variant } from './artifact/format.ts';
export { packArtifact } from './artifact/pack.ts';
export { unpackArtifact } from './artifact/unpack.ts';
export { componentOfCore, isCoreModule } from './core/component-of-core.ts';
export { createInspector, inspectComponent } from './gate/inspect.ts';
export type { InspectedComponent, Inspector } from './gate/inspect.ts';
export { DEFAULT_GATE_LIMITS } from './gate/limits.ts';
export type { GateLimits } from './gate/limits.ts';
export { CALL_LIMITS } from './sandbox/calls.ts';
export type { HostRequest, HttpRequest, HttpResponse, KvCondition } from './sandbox/calls.ts';
export type { LogLine as SandboxLogLine } from './sandbox/incoming.ts';
export { DEFAULT_LIMITS } from './sandbox/loading.ts';
export { DEFAULT_HEAP_BYTES } from './sandbox/process-sandbox.ts';
export type {
  Dispatch,
  HostAnswer,
  HostCall,
  JobEvent,
  KvEntry,
  LoadedComponent,
  Sandbox,
  SandboxExit,
  SandboxOptions,
  SandboxOutcome,
} from './sandbox/sandbox.ts';
export { recordCall, recordedAnswer, recordedArgs } from './sandbox/recorded-calls.ts';
export { startSandbox } from './sandbox/start.ts';
export {
  LIVE_AFTER_MS,
  LIVE_EVERY_MS,
  MAX_CALLS_OF_SANDBOX,
  MAX_CALLS_UNDER_WAY,
  MAX_MESSAGE_LENGTH,
} from './sandbox/wire.ts';
export type { ComponentLimits, LogLevel, SandboxStatus } from './sandbox/wire.ts';
