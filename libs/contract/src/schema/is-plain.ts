import { areLookedUp, isWrittenOut } from './compared-values.ts';
import { patternCost } from './linear-pattern.ts';
import { idsOf, isSchema, patternsOf, target, type Schema } from './references.ts';
import { schemasIn } from './steps.ts';

/** Schemas that a value and all in it are held against, if every part of it is there once. */
const MOST = 300;
/** As many of them take as long as a pattern for each instruction. */
const COSTLY = 20;
/** As many of them take as long as to write the value out. */
const WRITTEN_OUT = 50;

/**
 * Whether a schema is small enough, with all that it refers to written out, that no value takes long: then nothing needs to
 * be counted. One that comes back to itself is not, nor is one with a pattern that may take long.
 */
export function isPlain(root: Schema): boolean {
  const byId = idsOf(root);
  const known = new Map<Schema, number>();
  const open = new Set<Schema>();
  const sizeOf = (schema: Schema): number => {
    const before = known.get(schema);
    if (before !== undefined) return before;
    if (open.has(schema) || schema.$dynamicRef !== undefined || schema.$recursiveRef !== undefined) return Infinity;
    open.add(schema);
    let size = 1 + comparisonsIn(schema);
    for (const pattern of patternsOf(schema)) size += COSTLY * (patternCost(pattern) - 1);
    for (const each of schemasIn(schema)) size += sizeOf(each);
    const found = typeof schema.$ref === 'string' ? target(root, byId, schema.$ref) : undefined;
    if (isSchema(found)) size += sizeOf(found);
    open.delete(schema);
    // What was cut short by a circle is infinite by that.
    known.set(schema, size);
    return size;
  };
  return sizeOf(root) <= MOST;
}

/** Values that one value is compared with. */
function comparisonsIn(schema: Schema): number {
  if (isWrittenOut(schema)) return WRITTEN_OUT;
  const { enum: allowed } = schema;
  return Array.isArray(allowed) && !areLookedUp(allowed) ? allowed.length : 0;
}
