import { JobicoError } from '@jobico/contract';
import type { Intake } from '@jobico/messaging';
import type { FastifyInstance } from 'fastify';
import { answerProblem } from '../problems.ts';
import { readItems } from './json-items.ts';
import { registerBodies } from './read-body.ts';

interface Params {
  tenant: string;
  event: string;
}

const PATH = '/events/:tenant/:event';

/** `POST /events/{tenant}/{event}` with `{"data": [...]}`: 202 with the ids once every event is stored. */
export function registerEvents(app: FastifyInstance, intake: Intake): void {
  registerBodies(app);

  app.post<{ Params: Params; Body: unknown }>(PATH, async (request, reply) => {
    const { tenant, event } = request.params;
    if (typeof request.body !== 'string') {
      throw new JobicoError('not-json', 'the body is empty', {
        hint: 'Send {"data": [ …events… ]} with content-type application/json.',
      });
    }
    const items = readItems(request.body);
    const accepted = await intake.send({
      tenant,
      event,
      items,
      source: 'http',
      traceparent: traceOf(request.headers.traceparent),
    });
    return reply.code(202).send(accepted);
  });

  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: PATH,
    // Before the body is read: whatever it is, it does not belong here.
    onRequest: async (request, reply) => {
      const error = new JobicoError('bad-request', `${request.method} is not what this address takes`, {
        hint: 'Events are sent with POST.',
      });
      return answerProblem(reply.header('allow', 'POST'), error, { status: 405 });
    },
    handler: (_request, reply) => reply,
  });
}

/** A W3C trace context, if the caller sent a well-formed one: it goes into a header. */
function traceOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}
