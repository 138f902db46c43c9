import { JobicoError, toProblem } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { Svcm, type ServiceMsg } from '@nats-io/services';
import type { Nats } from './connection.ts';
import { createEventId } from './event-ids.ts';

export interface ServedOperations {
  stop(): Promise<void>;
}

/** Runs an operation; `text` is the JSON that the input was, for what must keep its digits. */
export type OperationHandler = (input: unknown, text: string) => Promise<unknown>;

/**
 * Serves operations as the NATS service `jobico-ctl` (`nats micro ls`), each on `jobico.ctl.<operation>`: a request's body
 * is the operation's input as JSON, the answer its output, or a problem with the service error headers set.
 */
export async function serveOperations(
  nats: Nats,
  log: Logger,
  version: string,
  handlers: ReadonlyMap<string, OperationHandler>,
): Promise<ServedOperations> {
  const service = await new Svcm(nats.nc).add({
    name: 'jobico-ctl',
    version,
    description: 'Control plane of Jobico',
    queue: 'jobico-ctl',
  });
  const group = service.addGroup('jobico.ctl');
  for (const [name, handler] of handlers) {
    group.addEndpoint(name.replaceAll('.', '-'), {
      subject: name,
      handler: (error, message) => {
        if (error) log.warn({ err: error, operation: name }, 'request could not be received');
        else void answer(message, name, handler, log);
      },
    });
  }
  return { stop: async () => void (await service.stop()) };
}

async function answer(message: ServiceMsg, name: string, handler: OperationHandler, log: Logger): Promise<void> {
  try {
    const text = message.string();
    const output = await handler(inputOf(text), text);
    message.respond(JSON.stringify(output));
  } catch (error) {
    const id = createEventId();
    const problem = toProblem(error, id);
    if (problem.status >= 500) log.error({ err: error, operation: name, id }, 'operation failed');
    message.respondError(problem.status, problem.title, JSON.stringify(problem));
  }
}

function inputOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JobicoError('not-json', 'the request is not JSON', { cause });
  }
}
