import { JobicoError, toProblem } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { FastifyInstance, FastifyReply } from 'fastify';

const RETRY_AFTER_SECONDS = '1';

/** Answers every error as problem+json; what is no error of ours shows the request's id alone. */
export function registerProblems(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((_request, reply) =>
    answer(
      reply,
      new JobicoError('not-found', 'no such address', { hint: 'Events go to POST /events/{tenant}/{event}.' }),
    ),
  );
  app.setErrorHandler((error, request, reply) => {
    const known = ofFastify(error) ?? error;
    const problem = toProblem(known, request.id);
    if (problem.status >= 500 && problem.code === 'internal')
      log.error({ err: error, id: request.id }, 'request failed');
    return answer(reply, known, request.id);
  });
}

function answer(reply: FastifyReply, error: unknown, id?: string): FastifyReply {
  const problem = toProblem(error, id);
  if (problem.code === 'unavailable' || problem.code === 'limit-exceeded')
    reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(problem.status).header('content-type', 'application/problem+json').send(problem);
}

/** What the HTTP server itself refuses, in our words. */
function ofFastify(error: unknown): JobicoError | undefined {
  if (error instanceof JobicoError || !(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new JobicoError('too-large', 'the body is larger than this listener takes', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new JobicoError('unsupported-media-type', 'the content type is not application/json', {
        hint: 'Send content-type: application/json.',
        cause: error,
      });
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new JobicoError('bad-request', error.message, { cause: error })
        : undefined;
  }
}
