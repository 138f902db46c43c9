import { JobicoError, OPERATION_NAMES, operations, type Operation } from '@jobico/contract';
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
    async (text, token) => {
      const caller = deps.access.authenticate(token);
      return await runOperation(name, inputOf(text), { text, caller }, deps);
    },
  ]);
  return await serveOperations(nats, log, version, new Map(endpoints));
}

function inputOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JobicoError('not-json', 'the request is not JSON', { cause });
  }
}
