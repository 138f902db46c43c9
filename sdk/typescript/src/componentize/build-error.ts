/** Where in a source file. */
export interface SourcePlace {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** A job's source that makes no component; the message begins with the place, where there is one. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code = 'build-failed';
  /** What to do about it, in one sentence. */
  readonly hint: string | undefined;
  readonly place: SourcePlace | undefined;
  /** The line of the source, and the place in it. */
  readonly frame: string | undefined;

  constructor(
    message: string,
    options: {
      hint?: string | undefined;
      place?: SourcePlace | undefined;
      frame?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    const { place } = options;
    super(place ? `${place.file}:${place.line}:${place.column}: ${message}` : message, { cause: options.cause });
    this.hint = options.hint;
    this.place = place;
    this.frame = options.frame;
  }
}
