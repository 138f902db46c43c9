import { everySchema, idsOf, isSchema, target, type Schema } from './references.ts';

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
 * without going into the value, or to another twice, and so on. References within the document are followed.
 */
export function assertBounded(root: unknown): void {
  assertDepth(root, 0);
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
