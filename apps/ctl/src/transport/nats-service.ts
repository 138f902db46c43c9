import { OPERATION_NAMES, operations, type Operation } from '@jobico/contract';
import { serveOperations, type Nats, type OperationHandler, type ServedOperations } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { CallName } from '../operations.ts';
import { runOperation, type RunDeps } from './run-operation.ts';

export interface NatsServiceDeps extends RunDeps {
  nats: Nats;
  log: Logger;
  version: string;
}

/**
 * Every row of the operation table that answers once, as an endpoint of the NATS service `jobico-ctl`. Streams need
 * none: over NATS one subscribes to their subjects.
 */
export async function serveNats({ nats, log, version, ...deps }: NatsServiceDeps): Promise<ServedOperations> {
  const names = OPERATION_NAMES.filter((name): name is CallName => {
    const row: Operation = operations[name];
    return row.isStream !== true;
  });
  const endpoints = names.map((name): [string, OperationHandler] => [
    name,
    (input, text) => runOperation(name, input, { text }, deps),
  ]);
  return await serveOperations(nats, log, version, new Map(endpoints));
}
