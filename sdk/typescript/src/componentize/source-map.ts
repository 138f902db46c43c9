import { isAbsolute, relative, resolve, sep } from 'node:path';
import { leb128, nameBytes } from './binary.ts';

/** A source map (version 3) without the sources themselves, which its readers have. */
export interface SourceMap {
  version: 3;
  /** The module of the component that it is of. */
  file: string;
  /** Files as seen from the package's folder, with slashes. */
  sources: string[];
  names: [];
  mappings: string;
}

/** The custom section of a component that holds the source map of the job, as JSON. */
export const SOURCE_MAP_SECTION = 'jobico:source-map';

export function slimSourceMap(
  file: string,
  { sources, mappings }: { sources: (string | null)[]; mappings: string },
  root: string,
): SourceMap {
  return { version: 3, file, sources: sources.map((source) => placeOf(source ?? '', root)), names: [], mappings };
}

function placeOf(source: string, root: string): string {
  const path = relative(root, resolve(source));
  // Another drive of a Windows machine: its name alone says enough.
  return (isAbsolute(path) ? path.replace(/^.*[/\\]/, '') : path).replaceAll(sep, '/');
}

/** The component with one more section at its end, which no engine reads. */
export function withSection(component: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([nameBytes(name), content]);
  return Buffer.concat([component, Buffer.of(0), leb128(body.length), body]);
}
