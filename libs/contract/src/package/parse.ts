import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { JobicoError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

export interface ParsedPackage {
  /** The document as plain values in today's form, not validated. */
  value: unknown;
  /** The line, from 1, of the field that a JSON pointer names, or of its nearest parent that exists. */
  lineOf: (path: string) => number | undefined;
}

/**
 * Reads a package's YAML (JSON is YAML too). Throws `package-invalid` for text that is not YAML, is over 1 MiB, or whose
 * aliases expand without end.
 */
export function parsePackage(text: string): ParsedPackage {
  if (Buffer.byteLength(text) > LIMITS.packageBytes)
    throw new JobicoError('too-large', 'the package is larger than 1 MiB');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const [first] = document.errors;
  if (first) {
    const { line, col } = lines.linePos(first.pos[0]);
    throw new JobicoError('package-invalid', `not YAML: ${first.message.trim()} (line ${line}, column ${col})`, {
      hint: 'Check the indentation and the quotes around that line.',
      cause: first,
    });
  }
  const wrapped = isMap(document.contents) && document.contents.items.length === 1 && document.has('package');
  return {
    value: normalise(valueOf(document)),
    lineOf: (path) => lineOf(document, lines, wrapped ? `/package${path}` : path),
  };
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new JobicoError('package-invalid', 'the YAML cannot be read: its aliases expand too far', { cause });
  }
}

function lineOf(document: Document, lines: LineCounter, path: string): number | undefined {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let depth = parts.length; depth > 0; depth -= 1) {
    const node = document.getIn(parts.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The forms that the original's documents use, brought to one: the whole under `package:`, a job's `result` inside its
 * `event`, a route under `event:`. Anything unexpected is left as it is, for the validation to name.
 */
export function normalise(value: unknown): unknown {
  if (isObject(value) && Object.keys(value).length === 1 && isObject(value.package)) return normalise(value.package);
  if (!isObject(value) || !Array.isArray(value.jobs)) return value;
  return { ...value, jobs: value.jobs.map(normaliseJob) };
}

function normaliseJob(job: unknown): unknown {
  if (!isObject(job)) return job;
  if (isObject(job.event) && 'result' in job.event && !('result' in job)) {
    const { result, ...event } = job.event;
    return normaliseJob({ ...job, event, result });
  }
  if (!isObject(job.result)) return job;
  const routes = Object.entries(job.result).map(([name, route]) => [name, routeOf(route)]);
  return { ...job, result: Object.fromEntries(routes) as unknown };
}

function routeOf(route: unknown): unknown {
  return isObject(route) && Object.keys(route).length === 1 && isObject(route.event) ? route.event : route;
}
