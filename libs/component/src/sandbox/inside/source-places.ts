/** Where the lines of a job's bundled module come from. */
export interface SourcePlaces {
  /** A text in which frames of stacks name the places of the sources. */
  rewrite(text: string): string;
}

/** A frame of QuickJS or V8, as a line of its own. */
const FRAME = /^(\s+at [^\n]*?\(?)\/([^():/\n]{1,200}):(\d{1,7}):(\d{1,7})(\)?)$/gm;
const LONGEST_SOURCE = 300;

/** The start of a run of generated columns, and what it comes from; all from 0. */
interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
  readonly sourceColumn: number;
}

interface Decoded {
  readonly file: string;
  readonly sources: readonly string[];
  readonly lines: readonly (readonly Segment[])[];
}

/**
 * Reads the source map that came with a component. It is the tenant's own word: whatever is wrong with it only means that
 * stacks stay as they are. Nothing of it is looked at before a stack is.
 */
export function createSourcePlaces(bytes: Uint8Array): SourcePlaces | undefined {
  if (bytes.length === 0) return undefined;
  const kept = new Uint8Array(bytes);
  let map: Decoded | undefined | 'unread' = 'unread';
  return {
    rewrite(text) {
      if (!text.includes(':') || !text.includes(' at ')) return text;
      if (map === 'unread') map = decode(kept);
      const decoded = map;
      if (decoded === undefined) return text;
      return text.replace(FRAME, (frame, before: string, file: string, line: string, column: string, after: string) => {
        if (file !== decoded.file) return frame;
        // Both engines count from 1, a map from 0.
        const found = find(decoded, Number(line) - 1, Number(column) - 1);
        const source = found && decoded.sources[found.source];
        return found === undefined || source === undefined
          ? frame
          : `${before}${source}:${found.line + 1}:${found.sourceColumn + 1}${after}`;
      });
    },
  };
}

function find({ lines }: Decoded, line: number, column: number): Segment | undefined {
  const segments = lines[line] ?? [];
  return segments.findLast((segment) => segment.column <= column) ?? segments[0];
}

function decode(bytes: Uint8Array): Decoded | undefined {
  try {
    const { file, sources, mappings } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof file !== 'string' || typeof mappings !== 'string' || !Array.isArray(sources)) return undefined;
    const names = (sources as unknown[]).map((source) => String(source).slice(0, LONGEST_SOURCE).toWellFormed());
    return { file, sources: names, lines: decodeMappings(mappings) };
  } catch {
    return undefined;
  }
}

/** Of the version 3 of source maps: lines apart by `;`, segments by `,`, numbers as differences in base 64 VLQ. */
function decodeMappings(mappings: string): Segment[][] {
  let [source, line, sourceColumn] = [0, 0, 0];
  return mappings.split(';').map((text) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const part of text === '' ? [] : text.split(',')) {
      const [byColumn = 0, bySource, byLine = 0, bySourceColumn = 0] = decodeNumbers(part);
      column += byColumn;
      if (bySource === undefined) continue;
      source += bySource;
      line += byLine;
      sourceColumn += bySourceColumn;
      segments.push({ column, source, line, sourceColumn });
    }
    return segments;
  });
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function decodeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) throw new RangeError('not a digit of base 64');
    value += (digit & 31) * scale;
    scale *= 32;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    scale = 1;
  }
  return numbers;
}
