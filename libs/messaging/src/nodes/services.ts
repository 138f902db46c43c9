import { toProblem } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { Svcm, type ServiceMsg } from '@nats-io/services';
import type { Nats } from '../connection/connection.ts';
import { createEventId } from '../intake/event-ids.ts';

export interface ServedOperations {
  /** Takes nothing more, and answers what is under way. */
  stop(): Promise<void>;
}

/** Runs an operation on a request's body, for whoever sends this token. */
export type OperationHandler = (text: string, token: string | undefined) => Promise<unknown>;

/** The header that carries the token of whoever asks: `Jobico-Token: jbc_…` */
const TOKEN_HEADER = 'Jobico-Token';

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
  const running = new Set<Promise<void>>();
  const serve = (message: ServiceMsg, name: string, handler: OperationHandler) => {
    const answered = answer(message, name, handler, log).finally(() => running.delete(answered));
    running.add(answered);
  };
  for (const [name, handler] of handlers) {
    group.addEndpoint(name.replaceAll('.', '-'), {
      subject: name,
      handler: (error, message) => {
        if (error) {
          log.warn({ err: error, operation: name }, 'request could not be received');
          return;
        }
        serve(message, name, handler);
      },
    });
  }
  return {
    async stop() {
      await service.stop();
      await Promise.allSettled(running);
    },
  };
}

async function answer(message: ServiceMsg, name: string, handler: OperationHandler, log: Logger): Promise<void> {
  try {
    const output = await handler(message.string(), message.headers?.get(TOKEN_HEADER) || undefined);
    message.respond(JSON.stringify(output));
  } catch (error) {
    const id = createEventId();
    const problem = toProblem(error, id);
    if (problem.status >= 500) log.error({ err: error, operation: name, id }, 'operation failed');
    message.respondError(problem.status, problem.title, JSON.stringify(problem));
  }
}
