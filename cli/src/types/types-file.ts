import { dirname, resolve } from 'node:path';
import { jobsOf } from '@jobico/contract';
import type { PackageFile } from '../deploy/package-file.ts';
import { readLocalSchema } from '../deploy/schema-references.ts';
import { commentOf, typeOfSchema } from './schema-to-type.ts';

const HEAD = `// Made by \`jobico types\` from the schemas of the package: change those, and run it again.`;

/** The TypeScript declarations of a package's events, and how many events they are of. */
export interface TypesFile {
  text: string;
  events: string[];
}

/** A type for each schema of a package, and `Events`, the type of each event's data by the event's id. */
export async function typesFile({ file, definition }: PackageFile): Promise<TypesFile> {
  const folder = resolve(dirname(file));
  const named = createNames();
  const bySchema = new Map<string, string>();
  const declarations: string[] = [];
  const fields: string[] = [];
  const jobs = jobsOf(definition);
  for (const { event, schemaref } of jobs) {
    if (schemaref === undefined) {
      fields.push(`  '${event}': unknown;`);
      continue;
    }
    let type = bySchema.get(schemaref);
    if (type === undefined) {
      type = named(schemaref.replace(/^.*\//, '').replace(/\.json$/, ''));
      bySchema.set(schemaref, type);
      const { text } = await readLocalSchema(folder, schemaref);
      declarations.push(...declarationsOf(type, JSON.parse(text), named));
    }
    fields.push(`  '${event}': ${type};`);
  }
  const events = [
    '/** The data of each event of the package, by its id. */',
    'export interface Events {',
    ...fields,
    '}',
  ];
  return {
    text: `${[HEAD, ...declarations, events.join('\n')].join('\n\n')}\n`,
    events: jobs.map(({ event }) => event),
  };
}

/** The type of a schema, and of every part of it that a `$ref` names; a part may refer to itself. */
function declarationsOf(name: string, root: unknown, named: (word: string) => string): string[] {
  const names = new Map<string, string>([['#', name]]);
  const waiting: string[] = [];
  const nameOf = (ref: string): string => {
    const known = names.get(ref);
    if (known !== undefined) return known;
    if (at(root, ref) === undefined) return 'unknown';
    const own = named(`${name}-${ref.replace(/^.*\//, '').replace(/\.json$/, '')}`);
    names.set(ref, own);
    waiting.push(ref);
    return own;
  };
  const declare = (type: string, schema: unknown): string =>
    [...commentOf(schema), `export type ${type} = ${typeOfSchema(schema, { nameOf })};`].join('\n');
  const found = [declare(name, root)];
  for (let ref = waiting.shift(); ref !== undefined; ref = waiting.shift())
    found.push(declare(nameOf(ref), at(root, ref)));
  return found;
}

/** What a reference refers to, within a schema or in one of the files that are in it, by their addresses. */
function at(root: unknown, ref: string): unknown {
  const [address = '', pointer = ''] = ref.split('#');
  const document =
    address === ''
      ? root
      : (fieldOf(fieldOf(root, '$defs'), address) ?? fieldOf(fieldOf(root, 'definitions'), address));
  if (pointer === '') return document;
  if (!pointer.startsWith('/')) return undefined;
  const names = pointer.slice(1).split('/');
  return names.reduce(
    (found, name) => fieldOf(found, decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')),
    document,
  );
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** Names for types, each once: `line-item` is `LineItem`. */
function createNames(): (word: string) => string {
  const taken = new Set(['Events']);
  return (word) => {
    const words = word.split(/[^A-Za-z0-9]+/).filter(Boolean);
    const joined = words.map((each) => `${each.charAt(0).toUpperCase()}${each.slice(1)}`).join('');
    const base = /^[A-Za-z]/.test(joined) ? joined : `Event${joined}`;
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}${n}`;
    taken.add(name);
    return name;
  };
}
