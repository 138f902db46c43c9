import { JobicoError, toProblem, type Problem } from '@jobico/contract';
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
    const { status, headers, body } = loggedProblem(known, log, request.id);
    return reply.code(status).headers(headers).send(body);
  });
}

/** Answers with an error. */
export function answerProblem(reply: FastifyReply, error: unknown, more?: { id?: string; status?: number }) {
  const { status, headers, body } = problemAnswer(error, more);
  return reply.code(status).headers(headers).send(body);
}

/** What an error is answered with. */
export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: Problem;
}

/** `status` where HTTP has one for what our codes do not tell apart. */
export function problemAnswer(error: unknown, { id, status }: { id?: string; status?: number } = {}): ProblemAnswer {
  const problem = toProblem(error, id);
  const isForLater = problem.status === 503 || problem.code === 'limit-exceeded';
  const body = status === undefined ? problem : { ...problem, status };
  const headers = {
    ...(isForLater && { 'retry-after': retryAfterOf(problem.details) }),
    'content-type': `${PROBLEM_TYPE}; charset=utf-8`,
  };
  return { status: body.status, headers, body };
}

/** The answer to what went wrong, which the log names with the request's id if it is no error of ours. */
export function loggedProblem(error: unknown, log: Logger, id: string): ProblemAnswer {
  const answer = problemAnswer(error, { id });
  if (answer.body.code === 'internal') log.error({ err: error, id }, 'request failed');
  return answer;
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
