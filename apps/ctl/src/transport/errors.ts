import { randomUUID } from 'node:crypto';
import { asJobicoError, JobicoError, toProblem, type Problem } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';

/** What went wrong, as the caller may see it. A server's own failure is logged under the id that the caller gets. */
export function problemOf(error: unknown, log: Logger, operation: string): Problem {
  const known = knownError(error);
  const id = randomUUID();
  const problem = toProblem(known, id);
  if (problem.code === 'internal') log.error({ err: error, operation, id }, 'operation failed');
  else if (problem.status >= 500) log.warn({ code: problem.code, detail: problem.detail, operation }, 'not available');
  return problem;
}

/** The web framework's own refusals, under our codes. */
const FRAMEWORK_CODES: Readonly<Record<string, JobicoError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new JobicoError('too-large', 'the request is larger than this operation takes'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new JobicoError('unsupported-media-type', 'the body must be application/json'),
  FST_ERR_CTP_EMPTY_JSON_BODY: new JobicoError('not-json', 'the request has no body'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new JobicoError('bad-request', 'the body is not as long as announced'),
  FST_ERR_BAD_URL: new JobicoError('bad-request', 'the path is not a valid one'),
};

function knownError(error: unknown): JobicoError {
  if (error instanceof JobicoError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : FRAMEWORK_CODES[code];
  if (known) return known;
  if (statusCode !== undefined && statusCode < 500) return new JobicoError('bad-request', (error as Error).message);
  return asJobicoError(error);
}
