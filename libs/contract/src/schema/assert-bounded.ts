import { LIMITS } from '../limits.ts';
import { areLookedUp } from './compared-values.ts';
import { patternCost } from './linear-pattern.ts';
import { everySchema, idsOf, isSchema, patternsOf, target, type Schema } from './references.ts';
import { schemasIn } from './steps.ts';

/** Keywords whose schemas are for the value itself, and not for a part of it. */
const IN_PLACE_ONE = ['not', 'if', 'then', 'else'];
const IN_PLACE_LIST = ['allOf', 'anyOf', 'oneOf'];
const IN_PLACE_MAP = ['dependentSchemas', 'dependencies'];

/** Schemas that one value is held against. */
const MOST_STEPS = 10_000;
/** Levels that a schema may have. */
const DEEPEST = 100;

/**
 * Throws for a schema that never comes to an end with a value, or takes exponentially many steps: one that refers to itself
 * without going into the value, or to another twice, and so on. References within the document are followed. Throws too for
 * one of which code is not made in a fraction of a second: each process that works with its events makes it.
 */
export function assertBounded(root: unknown): void {
  assertDepth(root, 0);
  if (isSchema(root)) assertSmall(root);
  const known = new Map<Schema, number>();
  const open = new Set<Schema>();
  const byId = idsOf(root);

  const stepsOf = (schema: unknown): number => {
    if (!isSchema(schema)) return 1;
    const before = known.get(schema);
    if (before !== undefined) return before;
    if (open.has(schema)) throw new Error('it refers to itself without end: a value would never be checked to the end');
    open.add(schema);
    let steps = 1;
    for (const next of inPlace(schema)) steps += stepsOf(next);
    const { $ref } = schema;
    if (typeof $ref === 'string') steps += stepsOf(target(root, byId, $ref));
    if (steps > MOST_STEPS) throw new Error(`one value would be held against more than ${MOST_STEPS} schemas`);
    open.delete(schema);
    known.set(schema, steps);
    return steps;
  };
  everySchema(root, (schema) => void stepsOf(schema));
}

function inPlace(schema: Schema): unknown[] {
  return [
    ...IN_PLACE_ONE.map((name) => schema[name]),
    ...IN_PLACE_LIST.flatMap((name) => (Array.isArray(schema[name]) ? (schema[name] as unknown[]) : [])),
    ...IN_PLACE_MAP.flatMap((name) => (isSchema(schema[name]) ? Object.values(schema[name]) : [])),
  ].filter((each) => isSchema(each));
}

function assertDepth(value: unknown, depth: number): void {
  if (depth > DEEPEST) throw new Error(`it is nested deeper than ${DEEPEST} levels`);
  if (typeof value !== 'object' || value === null) return;
  for (const each of Object.values(value)) assertDepth(each, depth + 1);
}

function assertSmall(root: Schema): void {
  let schemas = 0;
  let patterns = 0;
  let instructions = 0;
  const known = new Set<string>();
  const besideOf = (schema: Schema): number => {
    schemas += 1;
    patterns += patternsOf(schema).length + (looksUp(schema) ? 1 : 0);
    for (const pattern of patternsOf(schema)) {
      if (known.has(pattern)) continue;
      known.add(pattern);
      assertCheap((instructions += patternCost(pattern)));
    }
    const { $defs, definitions, ...own } = schema;
    const inside = schemasIn(own);
    const beside =
      inside.length + (isSchema(schema.dependentRequired) ? Object.keys(schema.dependentRequired).length : 0);
    let deepest = 0;
    for (const each of inside) deepest = Math.max(deepest, besideOf(each));
    // Each is code of its own.
    for (const each of schemasIn({ $defs, definitions })) assertBeside(besideOf(each));
    return beside + deepest;
  };
  assertBeside(besideOf(root));
  const { schemaParts, schemaPatterns } = LIMITS;
  if (schemas > schemaParts) throw new Error(`it consists of ${schemas} schemas; at most ${schemaParts} are taken`);
  if (patterns > schemaPatterns)
    throw new Error(`it has ${patterns} patterns and long lists of values; at most ${schemaPatterns} are taken`);
}

function assertBeside(count: number): void {
  if (count > LIMITS.schemaWidth)
    throw new Error(`it has ${count} properties or forms side by side; at most ${LIMITS.schemaWidth} are taken`);
}

function assertCheap(instructions: number): void {
  const { schemaInstructions } = LIMITS;
  if (instructions > schemaInstructions)
    throw new Error(
      `its patterns take more than ${schemaInstructions} instructions, with what they repeat written out`,
    );
}

const looksUp = ({ const: only, enum: allowed }: Schema): boolean =>
  areLookedUp([only]) || (Array.isArray(allowed) && areLookedUp(allowed));
