import { readFileSync } from 'node:fs';
import { SourceMap as NodeSourceMap, type SourceMapping } from 'node:module';
import { relative, resolve } from 'node:path';
import { BuildError, type SourcePlace } from './build-error.ts';
import type { SourceMap } from './source-map.ts';

/** `    at name (/file.js:1:2)` of QuickJS, in which `/` is the folder of the bundle. */
const FRAME = /^(\s+at (?:[^\n(]*\()?)\/([^():\n]+):(\d+):(\d+)(\)?)$/;
const HINT = 'The module outside of the job function runs at build time.';

/**
 * What is said of a job whose modules throw while it is built: at which line of its source, and how that came to be called.
 * `root` is the folder from which the source map names files.
 */
export function toEvaluationError(
  text: string,
  source: string,
  sourceMap: SourceMap | undefined,
  root: string,
): BuildError {
  const [, evaluation] =
    /Failed to (?:finish|declare|evaluate) JavaScript module(?: evaluation)?: ([^]*)/.exec(text) ?? [];
  const file = relative(process.cwd(), source);
  if (evaluation === undefined) return new BuildError(`cannot make a component of ${file}: ${text.trim()}`);
  const { message, places } = readStack(evaluation, sourceMap, root);
  const [place] = places;
  const said = `${place ? '' : `${file} `}fails while it is built: ${message}`;
  const frame = place && [drawingOf(place), ...calledFrom(places)].join('\n');
  return new BuildError(said, { hint: HINT, place, frame });
}

/** The error without its stack, and the places of the job's own sources, the innermost first. */
function readStack(text: string, map: SourceMap | undefined, root: string) {
  const lines = text.trimEnd().split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  const message = lines.slice(0, first < 0 ? undefined : first).join('\n');
  const origins = map && new NodeSourceMap({ ...map, sourcesContent: [], sourceRoot: '' });
  const places = lines.flatMap((line): SourcePlace[] => {
    const [, , file, at, column] = FRAME.exec(line) ?? [];
    if (file === undefined || file !== map?.file) return [];
    const origin = origins && originOf(origins, Number(at) - 1, Number(column) - 1);
    if (origin === undefined) return [];
    const { originalSource, originalLine, originalColumn } = origin;
    const name = relative(process.cwd(), resolve(root, originalSource));
    return [{ file: name, line: originalLine + 1, column: originalColumn + 1 }];
  });
  return { message, places };
}

/** How far from where the engine says that it is an expression may begin for the map: it leaves brackets out. */
const COLUMNS_AFTER = 200;

/** What a place, from 0, comes from: the mapping before it in its line, or the first one after it. */
function originOf(map: NodeSourceMap, line: number, column: number): SourceMapping | undefined {
  for (let at = column; at < column + COLUMNS_AFTER; at += 1) {
    const entry = map.findEntry(line, at);
    if ('originalSource' in entry && entry.generatedLine === line) return entry;
  }
  return undefined;
}

function calledFrom(places: readonly SourcePlace[]): string[] {
  return places.slice(1).map(({ file, line, column }) => `called from ${file}:${line}:${column}`);
}

const LINES_BEFORE = 2;

/** The line and those before it, with a mark below the place. */
function drawingOf({ file, line, column }: SourcePlace): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const first = Math.max(1, line - LINES_BEFORE);
  const width = String(line).length;
  const shown = lines.slice(first - 1, line).map((text, index) => `${String(first + index).padStart(width)} │ ${text}`);
  return [...shown, `${' '.repeat(width)} │ ${' '.repeat(column - 1)}╰── here`].join('\n');
}
