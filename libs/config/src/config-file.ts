import { join } from 'node:path';
import { JobicoError, nearest, pointer, shown } from '@jobico/contract';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { readText } from './env-files.ts';
import { placeOf, type ConfigFault, type Layer, type Written } from './layer.ts';
import { SETTINGS } from './settings.ts';

export const CONFIG_FILE = 'jobico.yaml';

/** What a configuration file says, and what in it says nothing. */
export interface ConfigFile {
  layer: Layer;
  faults: ConfigFault[];
}

/**
 * Reads `jobico.yaml` of a folder, if there is one, or the file that was named. Throws `config-invalid` for one that is not
 * YAML, or was named and is not there.
 */
export function readConfigFile(folder: string, named?: string): ConfigFile {
  const file = named ?? join(folder, CONFIG_FILE);
  const text = readText(file);
  if (text !== undefined) return settingsIn(text, file, named ?? CONFIG_FILE);
  if (named === undefined) return { layer: new Map(), faults: [] };
  throw new JobicoError('config-invalid', `there is no file ${named}`, { hint: 'JOBICO_CONFIG or --config names it.' });
}

function settingsIn(text: string, file: string, source: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const { contents } = readable(document, lines, file);
  if (contents === null) return { layer: new Map(), faults: [] };
  if (!isMap(contents)) throw new JobicoError('config-invalid', `${file} holds no settings: it must be a map`);
  const layer = new Map<string, Written>();
  const faults: ConfigFault[] = [];
  for (const { key } of contents.items) {
    const name = isScalar(key) ? String(key.value) : shown(key);
    const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : undefined;
    const place = { file, line };
    const value: unknown = contents.get(name);
    const setting = Object.entries(SETTINGS).find(([each]) => each === name)?.[1];
    const words = writtenAs(isScalar(value) ? value.value : (document.toJS() as Record<string, unknown>)[name]);
    if (setting === undefined) faults.push({ ...unknownKey(name), ...placeOf(place) });
    else if (words !== undefined) layer.set(setting.name, { text: words, source, ...place });
    else faults.push({ path: pointer(name), message: 'must be one value, or a list of values', ...placeOf(place) });
  }
  return { layer, faults };
}

function readable(document: Document, lines: LineCounter, file: string): Document {
  const [first] = document.errors;
  if (first === undefined) return document;
  const { line, col } = lines.linePos(first.pos[0]);
  const where = `(line ${line}, column ${col})`;
  throw new JobicoError('config-invalid', `${file} is not YAML: ${first.message.trim()} ${where}`, { cause: first });
}

/** A value as the environment would have it; undefined for what that cannot say. */
function writtenAs(value: unknown): string | undefined {
  if (value === null) return '';
  if (Array.isArray(value)) {
    const parts = value.map(writtenAs);
    return parts.includes(undefined) ? undefined : parts.join(',');
  }
  return typeof value === 'object' || value === undefined ? undefined : `${value as string | number | boolean}`;
}

/** Fields of a package, which somebody may have given the name of this file. */
const OF_PACKAGES = ['id', 'name', 'tenant', 'queues', 'jobs', 'runtimes', 'grants', 'schedules', 'package'];

function unknownKey(name: string): ConfigFault {
  if (OF_PACKAGES.includes(name)) {
    return { path: pointer(name), message: 'belongs to a package, which needs a file of another name' };
  }
  const keys = Object.keys(SETTINGS);
  const byName = Object.entries(SETTINGS).find(([, setting]) => setting.name === name)?.[0];
  const lower = keys.map((key) => key.toLowerCase());
  const suggestion = byName ?? keys[lower.indexOf(nearest(name.toLowerCase(), lower) ?? '')];
  return { path: pointer(name), message: 'is no setting', ...(suggestion !== undefined && { suggestion }) };
}
