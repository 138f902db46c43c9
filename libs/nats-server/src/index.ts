export { defaultCacheDir } from './cache.ts';
export { provisionNatsServer } from './provision.ts';
export type { NatsServerBinary, ProvisionOptions } from './provision.ts';
export { MINIMUM_NATS_SERVER_VERSION, NATS_SERVER_VERSION } from './release.ts';
export type { NatsServerLog } from './server-output.ts';
export { startNatsServer } from './start.ts';
export type { NatsServerEnd } from './server-process.ts';
export type { NatsServer, OperatorMode, StartOptions } from './start.ts';
export type { NatsServerSource, ProvisionStep } from './ways.ts';
