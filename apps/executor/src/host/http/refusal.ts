/** The `error` of the WIT's http interface. */
export type HttpError =
  | { readonly tag: 'denied' | 'invalid' | 'failed'; readonly val: string }
  | { readonly tag: 'timeout' | 'too-large' };

/** Ends a call of `http` with an error for the job: in its words, without anything of the host's own network. */
export class Refusal extends Error {
  readonly error: HttpError;

  constructor(error: HttpError) {
    super('val' in error ? error.val : error.tag);
    this.error = error;
  }
}

export function refusal(tag: 'denied' | 'invalid' | 'failed', why: string): Refusal {
  return new Refusal({ tag, val: why });
}

const MEANINGS: readonly (readonly [codes: RegExp, error: HttpError])[] = [
  [/^HPE_HEADER_OVERFLOW$/, { tag: 'too-large' }],
  [/^HPE_/, { tag: 'failed', val: 'the answer is not HTTP' }],
  [
    /CERT|SSL|TLS|^UNABLE_TO_|^EPROTO$|^HOSTNAME_MISMATCH$/,
    { tag: 'failed', val: 'no TLS connection that can be trusted' },
  ],
  [/^ECONNREFUSED$/, { tag: 'failed', val: 'the connection was refused' }],
  [/^(ECONNRESET|EPIPE)$/, { tag: 'failed', val: 'the connection broke' }],
  [/^(E(HOST|NET)UNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/, { tag: 'failed', val: 'the host cannot be reached' }],
];

/**
 * What a job is told of an error of the exchange. Its text names addresses and files of the host, so only the kind of it
 * goes on. Throws what is no error of a network.
 */
export function meaningOf(error: unknown): HttpError {
  if (error instanceof Refusal) return error.error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string') throw error;
  const known = MEANINGS.find(([codes]) => codes.test(code));
  return known?.[1] ?? { tag: 'failed', val: 'the connection failed' };
}
