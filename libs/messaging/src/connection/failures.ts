import { JobicoError } from '@jobico/contract';
import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';

const NOT_FOUND = 404;

/** Whether the stream, consumer or bucket that was asked for does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.apiError().code === NOT_FOUND;
}

const NAME_IN_USE = 10058;

/** Whether a stream of this name, and with another configuration, exists already. */
export function isTaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.apiError().err_code === NAME_IN_USE;
}

/** Whether a direct get failed only because no message matches: the client reports that as an error. */
export function isNoMatch(error: unknown): boolean {
  return error instanceof JetStreamError && 'code' in error && error.code === NOT_FOUND;
}

/** What nats.js threw, as `unavailable` with its cause; our own errors pass. */
export function asUnavailable(error: unknown, what: string): JobicoError {
  if (error instanceof JobicoError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new JobicoError('unavailable', `${what}: ${why}`, { cause: error });
}
