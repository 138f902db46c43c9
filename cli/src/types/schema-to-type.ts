/** A JSON Schema as far as types are made of it. */
type Schema = boolean | { readonly [keyword: string]: unknown };

/** Named types that came up on the way, in the order in which they are declared. */
export interface Declarations {
  /** The type for a name such as `#/$defs/line-item`. */
  nameOf: (ref: string) => string;
}

/**
 * The TypeScript type of a JSON Schema: what a value that is valid against it looks like, as far as types can say it (no
 * ranges, patterns or lengths). What it does not understand is `unknown`. `nameOf` names what `$ref` refers to.
 */
export function typeOfSchema(schema: unknown, { nameOf }: Declarations, indent = ''): string {
  if (schema === false) return 'never';
  if (!isSchema(schema)) return 'unknown';
  const type = (inner: unknown, deeper = indent): string => typeOfSchema(inner, { nameOf }, deeper);
  if (typeof schema.$ref === 'string') return nameOf(schema.$ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)));
  const alternatives = listOf(schema.anyOf) ?? listOf(schema.oneOf);
  if (alternatives) return union(alternatives.map((each) => type(each)));
  const parts = [...(listOf(schema.allOf) ?? []).map((each) => type(each)), ...ownType(schema, type, indent)];
  return parts.length === 0 ? 'unknown' : parts.map((part) => (parts.length > 1 ? grouped(part) : part)).join(' & ');
}

function ownType(
  schema: { readonly [keyword: string]: unknown },
  type: (inner: unknown, deeper?: string) => string,
  indent: string,
): string[] {
  const names = typeof schema.type === 'string' ? [schema.type] : listOf(schema.type)?.map(String);
  const kinds = names ?? guessed(schema);
  if (kinds.length === 0) return [];
  return [union(kinds.map((kind) => typeOfKind(kind, schema, type, indent)))];
}

/** A schema that says nothing of the type, but what only objects or arrays have. */
function guessed(schema: object): string[] {
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return ['object'];
  return 'items' in schema || 'prefixItems' in schema ? ['array'] : [];
}

function typeOfKind(
  kind: string,
  schema: { readonly [keyword: string]: unknown },
  type: (inner: unknown, deeper?: string) => string,
  indent: string,
): string {
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'null':
      return kind;
    case 'number':
    case 'integer':
      return 'number';
    case 'array': {
      const items = 'items' in schema ? type(schema.items) : 'unknown';
      const first = listOf(schema.prefixItems)?.map((each) => type(each));
      if (first) return `[${[...first, ...(schema.items === false ? [] : [`...${grouped(items)}[]`])].join(', ')}]`;
      return `${grouped(items)}[]`;
    }
    case 'object':
      return objectType(schema, type, indent);
    default:
      return 'unknown';
  }
}

function objectType(
  { properties, required, additionalProperties, patternProperties }: { readonly [keyword: string]: unknown },
  type: (inner: unknown, deeper?: string) => string,
  indent: string,
): string {
  const fields = isSchema(properties) ? Object.entries(properties) : [];
  const needed = new Set(listOf(required)?.map(String));
  const deeper = `${indent}  `;
  const known = new Set(fields.map(([name]) => name));
  const lines = fields.flatMap(([name, field]) => [
    ...commentOf(field).map((line) => `${deeper}${line}`),
    `${deeper}${keyOf(name)}${needed.has(name) ? '' : '?'}: ${type(field, deeper)};`,
  ]);
  for (const name of needed) if (!known.has(name)) lines.push(`${deeper}${keyOf(name)}: unknown;`);
  const others = indexType(additionalProperties, patternProperties, lines.length > 0, type);
  if (others !== undefined) lines.push(`${deeper}[name: string]: ${others};`);
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n${indent}}`;
}

/** What further fields hold; beside named ones only `unknown` would be true of all. */
function indexType(
  additional: unknown,
  pattern: unknown,
  isNamed: boolean,
  type: (inner: unknown) => string,
): string | undefined {
  if (additional === false && !isSchema(pattern)) return undefined;
  if (isNamed) return isSchema(additional) || isSchema(pattern) ? 'unknown' : undefined;
  return isSchema(additional) && !isSchema(pattern) ? type(additional) : 'unknown';
}

/** The description of a schema as a doc comment. */
export function commentOf(schema: unknown): string[] {
  const text = isSchema(schema) ? (schema.description ?? schema.title) : undefined;
  if (typeof text !== 'string' || text.trim() === '') return [];
  return [`/** ${text.trim().replaceAll(/\s+/g, ' ').replaceAll('*/', '* /')} */`];
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function union(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  return distinct.length === 0 ? 'never' : distinct.includes('unknown') ? 'unknown' : distinct.join(' | ');
}

const grouped = (type: string): string => (/ [|&] /.test(type) && !/^[{[]/.test(type) ? `(${type})` : type);
const listOf = (value: unknown): unknown[] | undefined => (Array.isArray(value) ? (value as unknown[]) : undefined);
const isSchema = (value: unknown): value is Exclude<Schema, boolean> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
