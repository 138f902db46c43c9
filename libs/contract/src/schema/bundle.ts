import { JobicoError } from '../errors.ts';
import { assertSchemaText } from './schema-text.ts';

/** The address that a tenant's file has as a schema, for references only: nothing is fetched. */
const BASE = 'https://schemas.jobico.invalid/';
const MOST_FILES = 50;
/** Keywords whose values are data. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

type Schema = Record<string, unknown>;

/**
 * A schema with the files that it refers to (`"$ref": "address.json#/$defs/street"`), and those that these refer to, in one
 * document; the text itself where it refers to none. Throws `schema-invalid` for a file that `load` does not know, or of
 * another draft, and for one that no schema may be as large or as deep as.
 */
export async function bundleSchema(text: string, load: (name: string) => Promise<string | undefined>): Promise<string> {
  const root = parsed(text, 'the schema');
  if (!isSchema(root)) return text;
  const waiting = new Set<string>();
  const rewritten = rewrite(root, undefined, waiting);
  if (waiting.size === 0) return text;
  const parts: Schema = {};
  for (const name of waiting) {
    const found = await load(name);
    if (found === undefined) throw missing(name);
    if (waiting.size > MOST_FILES) throw new JobicoError('schema-invalid', `it takes more than ${MOST_FILES} files`);
    const part = parsed(found, `${name}, which it refers to,`);
    if (!isSchema(part)) throw new JobicoError('schema-invalid', `${name}, which it refers to, is no schema`);
    if (draftOf(part) !== undefined && draftOf(part) !== (draftOf(rewritten) ?? '2020-12')) {
      throw new JobicoError('schema-invalid', `${name}, which it refers to, is of another draft of JSON Schema`);
    }
    const { $schema: _, ...rest } = rewrite(part, name, waiting);
    parts[BASE + name] = { ...rest, $id: BASE + name };
  }
  const place = draftOf(rewritten) === 'draft-07' ? 'definitions' : '$defs';
  const own = isSchema(rewritten[place]) ? rewritten[place] : {};
  return JSON.stringify({ ...rewritten, [place]: { ...own, ...parts } });
}

function parsed(text: string, what: string): unknown {
  assertSchemaText(text, what);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function draftOf({ $schema }: Schema): 'draft-07' | '2020-12' | undefined {
  if (typeof $schema !== 'string') return undefined;
  return /draft-0[67]/.test($schema) ? 'draft-07' : '2020-12';
}

/** A copy whose references say which file they are to; `file` is the one that it is, if it is not the first. */
function rewrite(schema: Schema, file: string | undefined, found: Set<string>): Schema {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (!isSchema(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        if (name === '$ref' && typeof each === 'string') return [name, reference(each, file, found)];
        return [name, DATA.has(name) ? each : copy(each)];
      }),
    );
  };
  return copy(schema) as Schema;
}

function reference(ref: string, file: string | undefined, found: Set<string>): string {
  if (ref.startsWith('#')) return file === undefined ? ref : BASE + file + (ref === '#' ? '' : ref);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(ref)) return ref;
  const [path = '', fragment = ''] = ref.replace(/^\.\//, '').split('#');
  if (path.startsWith('/') || path.split('/').includes('..')) throw upwards(ref);
  // Where the file is that refers to it, as a browser would have it.
  const name = (file ?? '').slice(0, (file ?? '').lastIndexOf('/') + 1) + path;
  found.add(name);
  return BASE + name + (fragment === '' ? '' : `#${fragment}`);
}

const missing = (name: string) =>
  new JobicoError('schema-invalid', `it refers to ${name}, which is not next to it, and not in the file repository`, {
    hint: `Put the file there, or store it first: jobico upload json <tenant> ${name} <file>`,
  });

const upwards = (ref: string) =>
  new JobicoError('schema-invalid', `it refers to ${ref}: a reference goes down into folders, never up`, {
    hint: "Put the file into the schema's folder, or into one below it.",
  });
