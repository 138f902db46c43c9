/** What each error code means to a caller: its HTTP status, the CLI's exit code, and whether trying again can help. */
const codes = {
  usage: { status: 400, exit: 2, isRetryable: false },
  'bad-request': { status: 400, exit: 2, isRetryable: false },
  'not-json': { status: 400, exit: 5, isRetryable: false },
  unauthenticated: { status: 401, exit: 4, isRetryable: false },
  denied: { status: 403, exit: 4, isRetryable: false },
  'not-found': { status: 404, exit: 3, isRetryable: false },
  conflict: { status: 409, exit: 6, isRetryable: false },
  'event-claimed': { status: 409, exit: 6, isRetryable: false },
  'too-large': { status: 413, exit: 7, isRetryable: false },
  'unsupported-media-type': { status: 415, exit: 5, isRetryable: false },
  invalid: { status: 422, exit: 5, isRetryable: false },
  'package-invalid': { status: 422, exit: 5, isRetryable: false },
  'schema-invalid': { status: 422, exit: 5, isRetryable: false },
  'component-refused': { status: 422, exit: 5, isRetryable: false },
  'limit-exceeded': { status: 429, exit: 7, isRetryable: true },
  'queue-full': { status: 503, exit: 7, isRetryable: true },
  internal: { status: 500, exit: 1, isRetryable: true },
  unavailable: { status: 503, exit: 8, isRetryable: true },
  timeout: { status: 504, exit: 8, isRetryable: true },
  'config-invalid': { status: 500, exit: 2, isRetryable: false },
  'nats-server-missing': { status: 503, exit: 8, isRetryable: false },
  'nats-server-failed': { status: 503, exit: 8, isRetryable: false },
  'port-in-use': { status: 503, exit: 8, isRetryable: false },
  'disk-full': { status: 503, exit: 8, isRetryable: false },
  'build-failed': { status: 422, exit: 5, isRetryable: false },
  'job-failed': { status: 422, exit: 9, isRetryable: false },
} as const;

export type ErrorCode = keyof typeof codes;

export const ERROR_CODES = Object.keys(codes) as ErrorCode[];

/** One thing that is wrong with an input: where, what stands there, what may stand there. */
export interface Fault {
  /** JSON pointer into the input, `''` for the whole. */
  path: string;
  message: string;
  /** What stands there, shortened. */
  value?: string;
  /** What may stand there. */
  allowed?: string;
  /** The nearest thing that exists, for a misspelt name. */
  suggestion?: string;
}

export interface ErrorOptions {
  /** What to do about it, in one sentence. */
  hint?: string | undefined;
  faults?: readonly Fault[] | undefined;
  /** Further facts, JSON values only. */
  details?: unknown;
  cause?: unknown;
}

/** The one error of the system. Callers branch on `code`, never on text. */
export class JobicoError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly faults: readonly Fault[];
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'JobicoError';
    this.code = code;
    this.hint = options.hint;
    this.faults = options.faults ?? [];
    this.details = options.details;
  }

  /** HTTP status. */
  get status(): number {
    return codes[this.code].status;
  }

  /** The CLI's exit code. */
  get exitCode(): number {
    return codes[this.code].exit;
  }

  get isRetryable(): boolean {
    return codes[this.code].isRetryable;
  }
}

/** An error as it travels: `application/problem+json` (RFC 9457) over HTTP, the same body over NATS. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  hint?: string;
  errors?: readonly Fault[];
  details?: unknown;
  /** Names the occurrence in the logs; the only thing said of an internal error. */
  id?: string;
}

/** What a caller may see of an error. Anything that is no JobicoError is `internal` and shows its id alone. */
export function toProblem(error: unknown, id?: string): Problem {
  if (!(error instanceof JobicoError) || error.code === 'internal') {
    return {
      type: 'about:blank',
      title: 'internal',
      status: 500,
      code: 'internal',
      detail: id ? `Something failed here; the log names it ${id}.` : 'Something failed here; see the log.',
      ...(id && { id }),
    };
  }
  return {
    type: 'about:blank',
    title: error.code.replaceAll('-', ' '),
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.faults.length > 0 && { errors: error.faults }),
    ...(error.details !== undefined && { details: error.details }),
  };
}

/** The error that a problem describes, on the caller's side. */
export function fromProblem(problem: Partial<Problem>): JobicoError {
  const code = problem.code !== undefined && problem.code in codes ? problem.code : 'internal';
  return new JobicoError(code, problem.detail ?? 'no detail was given', {
    hint: problem.hint,
    faults: problem.errors,
    details: problem.details,
  });
}

/** Whatever was thrown, as an error with a code; what is not ours becomes `internal` with its cause. */
export function asJobicoError(error: unknown): JobicoError {
  if (error instanceof JobicoError) return error;
  return new JobicoError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
