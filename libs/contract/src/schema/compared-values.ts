import { _, type Ajv, type CodeKeywordDefinition, type KeywordCxt } from 'ajv';
import type { Schema } from './references.ts';

/**
 * The keywords that compare whole values, each in as long as it takes to write the value. ajv compares each item with each,
 * and a value with each that is allowed, which a hostile schema and a mebibyte make minutes of; and it calls what a value has
 * in a field `valueOf` or `toString`.
 */
export function addComparisons(ajv: Ajv): void {
  ajv.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (isWanted: boolean, items: readonly unknown[]) =>
      !isWanted || new Set(items.map(canonical)).size === items.length,
  });
  replace(ajv, 'const', (value) => [value]);
  replace(ajv, 'enum', (values) => values as unknown[]);
}

/** Numbers and texts that ajv compares one by one. */
const FEW = 50;

/** Whether a value is looked up among these in one step, by a function made for that; else it is compared with each. */
export const areLookedUp = (allowed: readonly unknown[]): boolean => allowed.length > FEW || allowed.some(isCompound);

/** What compares a value with a few numbers and texts stays ajv's. */
function replace(ajv: Ajv, keyword: string, allowedBy: (schema: unknown) => readonly unknown[]): void {
  const known = ajv.getKeyword(keyword) as CodeKeywordDefinition;
  ajv.removeKeyword(keyword).addKeyword({
    ...known,
    keyword,
    // Where ajv has it: before the forms that a value may have, which take longer.
    before: 'not',
    code(context: KeywordCxt) {
      const { gen, data, schema } = context;
      const allowed = allowedBy(schema);
      if (areLookedUp(allowed)) context.fail(_`!${gen.scopeValue('func', { ref: isOneOf(allowed) })}(${data})`);
      else known.code(context);
    },
  });
}

/** Whether a schema writes out whatever the value is to compare it. */
export const isWrittenOut = ({ uniqueItems, const: only, enum: allowed }: Schema): boolean =>
  uniqueItems === true || isCompound(only) || (Array.isArray(allowed) && allowed.some(isCompound));

function isOneOf(values: readonly unknown[]): (value: unknown) => boolean {
  const simple = new Set(values.filter((each) => !isCompound(each)));
  const compound = new Set(values.filter(isCompound).map(canonical));
  return (value) => (isCompound(value) ? compound.size > 0 && compound.has(canonical(value)) : simple.has(value));
}

const isCompound = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The same text for the same value, in whichever order its fields stand. */
function canonical(value: unknown): string {
  if (!isCompound(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
