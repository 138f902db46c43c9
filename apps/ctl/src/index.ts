export { buildApp } from './app.ts';
export type { AppDeps } from './app.ts';
export type { Call, CallName, Handlers, StreamItem, StreamOptions, Streams } from './operations.ts';
export { startCtl } from './start.ts';
export type { Ctl, CtlOptions } from './start.ts';
export { createOperatorSetup } from '@jobico/messaging';
export type { SetupFile, SetupOptions } from '@jobico/messaging';
export { openApiDocument } from './transport/openapi.ts';
