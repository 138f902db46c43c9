import { JobicoError } from '@jobico/contract';
import type { Intake } from '@jobico/messaging';
import type { FastifyInstance } from 'fastify';
import { readItems } from './json-items.ts';

interface Params {
  tenant: string;
  event: string;
}

/** `POST /events/{tenant}/{event}` with `{"data": [...]}`: 202 with the ids once every event is stored. */
export function registerEvents(app: FastifyInstance, intake: Intake): void {
  // The body stays text: what is stored is what was sent.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.post<{ Params: Params; Body: unknown }>('/events/:tenant/:event', async (request, reply) => {
    const { tenant, event } = request.params;
    if (typeof request.body !== 'string') {
      throw new JobicoError('not-json', 'the body is empty', { hint: 'Send {"data": [ …events… ]}.' });
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
}

/** A W3C trace context, if the caller sent a well-formed one: it goes into a header. */
function traceOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}
