export { createClient } from './client.ts';
export type { CallName, Client } from './client.ts';
export type { ClientOptions } from './exchange.ts';
export { requestOf } from './request.ts';
export type { OperationRequest } from './request.ts';
export { readServerSentEvents } from './server-sent-events.ts';
export type { ServerSentEvent } from './server-sent-events.ts';
