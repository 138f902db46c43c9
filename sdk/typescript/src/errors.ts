/**
 * Try this event again, as the job's retry policy says. Throwing anything that is not a {@link PermanentError} does the
 * same; this one says that it was meant, so the execution's record shows the message without a stack.
 */
export class RetryError extends Error {
  override readonly name = 'RetryError';
}

/** Never try this event again: it takes the job's error route or, where there is none, becomes a dead letter. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/**
 * What kept the host from doing what the job asked.
 *
 * - `denied`: the package does not grant it
 * - `invalid`: the request is malformed, or the data is not what the event's schema wants
 * - `too-large`: over a limit of the platform
 * - `conflict`: the condition of a `kv` write does not hold
 * - `unavailable`: the `kv` store did not answer in time
 * - `timeout`, `failed`: an `http` request got no response in time, or none at all
 */
export type HostErrorCode = 'denied' | 'invalid' | 'too-large' | 'conflict' | 'unavailable' | 'timeout' | 'failed';

/** Thrown by `kv`, `http` and `emit`. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  /** What the host says of it. On a `conflict` the key's revision now, `undefined` where the key does not exist. */
  readonly detail: string | undefined;

  constructor(code: HostErrorCode, what: string, detail?: string) {
    super(`${what}: ${code}${detail === undefined ? '' : `: ${detail}`}`);
    this.code = code;
    this.detail = detail;
  }
}
