import { JobicoError, toProblem } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { drain } from './drain.ts';

const RETRY_AFTER_SECONDS = '1';
export const PROBLEM_TYPE = 'application/problem+json';

/** Answers every error as problem+json; what is no error of ours shows the request's id alone. */
export function registerProblems(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((_request, reply) => answerProblem(reply, noSuchAddress()));
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    if (error.statusCode === 413) await drain(request.raw);
    const known = ofFastify(error, request.routeOptions.bodyLimit) ?? error;
    if (toProblem(known).code === 'internal') log.error({ err: error, id: request.id }, 'request failed');
    return answerProblem(reply, known, { id: request.id });
  });
}

/** Answers with an error. `status` where HTTP has one for what our codes do not tell apart. */
export function answerProblem(
  reply: FastifyReply,
  error: unknown,
  { id, status }: { id?: string; status?: number } = {},
): FastifyReply {
  const problem = toProblem(error, id);
  if (problem.status === 503 || problem.code === 'limit-exceeded') {
    reply.header('retry-after', retryAfterOf(problem.details));
  }
  const body = status === undefined ? problem : { ...problem, status };
  return reply.code(body.status).header('content-type', PROBLEM_TYPE).send(body);
}

/** Seconds, as whoever refused has found. */
function retryAfterOf(details: unknown): string {
  const seconds = (details as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds;
  return typeof seconds === 'number' ? String(seconds) : RETRY_AFTER_SECONDS;
}

export function noSuchAddress(): JobicoError {
  return new JobicoError('not-found', 'no such address', { hint: 'Events go to POST /events/{tenant}/{event}.' });
}

/** What the HTTP server itself refuses, in our words. */
function ofFastify(error: unknown, bodyLimit: number): JobicoError | undefined {
  if (error instanceof JobicoError || !(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new JobicoError('too-large', `the body is larger than the ${bodyLimit} bytes that this listener takes`, {
        hint: 'Send the events in several requests.',
        cause: error,
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new JobicoError('unsupported-media-type', 'the content type is none that is taken', {
        hint: 'Send content-type: application/json, application/x-ndjson, or CloudEvents.',
        cause: error,
      });
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new JobicoError('bad-request', error.message, { cause: error })
        : undefined;
  }
}
