export type Schema = Record<string, unknown>;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function everySchema(value: unknown, visit: (schema: Schema) => void): void {
  if (Array.isArray(value)) for (const each of value) everySchema(each, visit);
  else if (isSchema(value)) {
    visit(value);
    for (const each of Object.values(value)) everySchema(each, visit);
  }
}

/** The schemas of a document that have a name of their own. */
export function idsOf(root: unknown): Map<string, Schema> {
  const found = new Map<string, Schema>();
  everySchema(root, (schema) => {
    if (typeof schema.$id === 'string') found.set(schema.$id, schema);
    for (const name of ['$anchor', '$dynamicAnchor']) {
      if (typeof schema[name] === 'string') found.set(`#${schema[name]}`, schema);
    }
  });
  return found;
}

/** What ajv would find is found here where it is in the document; what is not, ajv refuses. */
export function target(root: unknown, byId: ReadonlyMap<string, Schema>, ref: string): unknown {
  const known = byId.get(ref);
  if (known) return known;
  const [base = '', fragment = ''] = ref.split('#');
  let found: unknown = base === '' ? root : byId.get(base);
  for (const part of fragment.split('/').slice(1)) {
    const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    found = typeof found === 'object' && found !== null ? (found as Schema)[name] : undefined;
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The regular expressions that stand directly in a schema. */
export function patternsOf({ pattern, patternProperties }: Schema): string[] {
  const names = isSchema(patternProperties) ? Object.keys(patternProperties) : [];
  return typeof pattern === 'string' ? [pattern, ...names] : names;
}
