import { createPieces } from '../events/pieces.ts';

const LINE_FEED = 10;

/** A line of a body, without its end; undefined bytes: it was longer than any may be. */
export interface Line {
  /** From 1, those that are empty too. */
  number: number;
  bytes: Buffer | undefined;
}

/**
 * Lines of a body as it comes, those that each piece completes together; empty ones are left out. Of a line longer than
 * `maxBytes` nothing is kept but its number.
 */
export async function* splitLines(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line[]> {
  let number = 0;
  let pieces = createPieces(maxBytes);
  let bytes = 0;

  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= maxBytes) pieces.add(part);
    else if (pieces.length > 0) pieces = createPieces(maxBytes);
  };
  const take = (): Line => {
    number += 1;
    const line = { number, bytes: bytes > maxBytes ? undefined : withoutReturn(pieces.whole()) };
    pieces = createPieces(maxBytes);
    bytes = 0;
    return line;
  };

  for await (const chunk of body) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, end));
      lines.push(take());
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
    const filled = lines.filter(isFilled);
    if (filled.length > 0) yield filled;
  }
  const last = bytes > 0 ? [take()].filter(isFilled) : [];
  if (last.length > 0) yield last;
}

const RETURN = 13;

const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === RETURN ? line.subarray(0, -1) : line);

const isFilled = ({ bytes }: Line) => bytes === undefined || bytes.length > 0;
