import { JobicoError } from '@jobico/contract';
import type { Admission } from '@jobico/messaging';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Arrivals } from '../arrivals.ts';
import { answerProblem } from '../problems.ts';
import { streamEvents, type StreamDeps } from '../stream/stream-events.ts';
import type { Body } from './read-body.ts';
import { sendEvents, type EventAddress, type SendDeps, type Sent } from './send-events.ts';

export interface EventsDeps extends SendDeps {
  pacedIntake: StreamDeps['pacedIntake'];
  admission: Admission;
  isConnected: () => boolean;
  arrivals: Arrivals;
}

const PATH = '/events/:tenant/:event';

/**
 * `POST /events/{tenant}/{event}`: 202 with the ids once every event is stored, 200 with outcomes where the caller waits for
 * them, or a stream of answers to a stream of events.
 */
export function registerEvents(app: FastifyInstance, deps: EventsDeps): void {
  app.post<{ Params: EventAddress; Body: Body }>(PATH, async (request, reply) => {
    const { params, body, headers } = request;
    const limits = deps.admission.headersFor(params.tenant);
    if (limits) reply.headers(limits);
    if (typeof body === 'object') {
      const onProgress = () => deps.arrivals.goOn(request.raw);
      await streamEvents({ ...deps, onProgress }, params, request.raw, reply.raw);
      return await reply.hijack();
    }
    return answerSent(reply, await sendEvents(deps, params, headers, body));
  });
  refuseOtherMethods(app, PATH);
}

function answerSent(reply: FastifyReply, { isSettled, waitedMs, ...sent }: Sent): FastifyReply {
  if (waitedMs !== undefined) reply.header('preference-applied', `wait=${Math.floor(waitedMs / 1000)}`);
  return reply.code(isSettled ? 200 : 202).send(sent);
}

/** Answers whatever is not POST with 405, before a body is read: whatever it is, it does not belong there. */
export function refuseOtherMethods(app: FastifyInstance, url: string): void {
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url,
    onRequest: async (request, reply) => {
      const error = new JobicoError('bad-request', `${request.method} is not what this address takes`, {
        hint: 'Events are sent with POST.',
      });
      return answerProblem(reply.header('allow', 'POST'), error, { status: 405 });
    },
    handler: (_request, reply) => reply,
  });
}
