import { _, type Ajv, type KeywordCxt } from 'ajv';
import { LIMITS } from '../limits.ts';
import { areLookedUp } from './compared-values.ts';
import { patternCost } from './linear-pattern.ts';
import { idsOf, isSchema, patternsOf, target, type Schema } from './references.ts';

/** Set into every schema that is counted; a field of that name in a tenant's schema is overwritten. */
const KEYWORD = 'x-jobico-steps';

/** What counts the steps of one value. */
export interface Steps {
  /** Begins to count anew. */
  begin: (value: unknown) => void;
  /** Throws {@link StepsUsedUp} when there are no more. */
  take: (steps: number) => void;
}

/** A value took more steps than it may. */
export class StepsUsedUp extends Error {}

export function createSteps(): Steps {
  let left = 0;
  let of: unknown;
  let isExtended = false;
  return {
    begin(value) {
      left = LIMITS.schemaSteps;
      of = value;
      isExtended = false;
    },
    take(steps) {
      left -= steps;
      if (left >= 0) return;
      // Most values never get here, so their size is not asked before.
      if (!isExtended) left += allowanceOf(sizeOf(of));
      isExtended = true;
      if (left < 0) throw new StepsUsedUp();
    },
  };
}

/** Steps for each part of a value, beside those that every value has: fewer for the largest, each may leave an error behind. */
const EACH = 30;
const LEAST_EACH = 6;
const LARGE = 1_000_000;

const allowanceOf = (size: number) => Math.min(EACH * size, Math.max(LARGE, LEAST_EACH * size));

/** Characters of a text that count as one step. */
const TEXT_SHIFT = 3;

/** Values in a value, and pieces of text. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + (value.length >> TEXT_SHIFT);
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const [name, each] of Object.entries(value)) size += (name.length >> TEXT_SHIFT) + sizeOf(each);
  return size;
}

/** What one look at a value takes, whatever stands in it. */
interface Weight {
  steps: number;
  /** Whether all that is in the value is looked at, and not only what is next in it. */
  isDeep: boolean;
  /** How often each character of a text, or of a name, may be looked at. */
  texts: number;
}

/** Lets a validator count: the first thing that a schema does is to take what it may cost at this value. */
export function countSteps(ajv: Ajv, steps: Steps): void {
  ajv.addKeyword({
    keyword: KEYWORD,
    schemaType: 'object',
    // Written into the code of the validator: a call by ajv costs more than most of what is counted.
    code({ gen, data, schema }: KeywordCxt) {
      const weight = schema as Weight;
      const look = (value: unknown) => steps.take(weight.steps + costOf(weight, value));
      // One function for all of a weight: what ajv does for functions takes the square of how many there are.
      gen.code(_`${gen.scopeValue('func', { key: JSON.stringify(weight), ref: look })}(${data})`);
    },
  });
  // Before the rest: a schema that is refused by its first keyword has been looked at too.
  const { rules } = ajv.RULES;
  for (const group of rules) {
    const at = group.rules.findIndex(({ keyword }) => keyword === KEYWORD);
    if (at >= 0) return void rules.unshift({ rules: group.rules.splice(at, 1) });
  }
  throw new Error('the steps of a schema cannot be counted');
}

function costOf({ isDeep, texts }: Weight, value: unknown): number {
  if (typeof value === 'string') return (value.length * texts) >> TEXT_SHIFT;
  if (typeof value !== 'object' || value === null) return 0;
  if (isDeep) return sizeOf(value) * (1 + texts);
  if (Array.isArray(value)) return value.length;
  let cost = 0;
  for (const name in value) cost += 1 + ((name.length * texts) >> TEXT_SHIFT);
  return cost;
}

const ONE = [
  'not',
  'if',
  'then',
  'else',
  'items',
  'additionalItems',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const MAP = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions'];

/** The schemas that stand directly in a schema, wherever ajv looks for them. */
export function schemasIn(schema: Schema): Schema[] {
  const list = (name: string) => (Array.isArray(schema[name]) ? (schema[name] as unknown[]) : []);
  const map = (name: string) => (isSchema(schema[name]) ? Object.values(schema[name]) : []);
  return [...ONE.map((name) => schema[name]), ...LIST.flatMap(list), ...MAP.flatMap(map)].filter((each) =>
    isSchema(each),
  );
}

/** A copy of a schema that counts. Throws for a reference to what is no schema: it would not be counted. */
export function countedSchema(schema: Schema): Schema {
  const root = structuredClone(schema);
  const byId = idsOf(root);
  const counted = new Set<unknown>();
  const refs: string[] = [];
  const count = (each: Schema) => {
    if (counted.has(each)) return;
    counted.add(each);
    for (const name of ['$ref', '$dynamicRef', '$recursiveRef']) {
      if (typeof each[name] === 'string') refs.push(each[name]);
    }
    for (const inside of schemasIn(each)) count(inside);
    each[KEYWORD] = weightOf(each);
  };
  count(root);
  for (const ref of refs) {
    const found = target(root, byId, ref);
    if (isSchema(found) && !counted.has(found))
      throw new Error(`it refers to ${ref}, which is not where a schema stands`);
  }
  return root;
}

const DEEP = ['const', 'enum', 'uniqueItems'];
const TEXTS = ['pattern', 'format', 'minLength', 'maxLength'];
/** A pattern takes as long as so many others that look at each character. */
const PATTERN = 4;
/** Instructions of a costly pattern that take as long as one of those; and steps that it takes to begin. */
const INSTRUCTIONS = 16;
const BEGIN = 20;

/** Keywords whose parts are each looked at, and how many of them are one step: the most a value merely has or has not. */
const PARTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...LIST, 'dependentSchemas', 'patternProperties'].map((name) => [name, 1])),
  enum: 4,
  type: 4,
};
const CHEAP = 64;

function weightOf(schema: Schema): Weight {
  let steps = 1;
  for (const [name, part] of Object.entries(schema)) {
    if (name === '$defs' || name === 'definitions') continue;
    steps += partsOf(name, part) / (PARTS[name] ?? CHEAP);
  }
  let texts = TEXTS.filter((name) => schema[name] !== undefined).length;
  for (const pattern of patternsOf(schema)) {
    const cost = patternCost(pattern);
    texts += PATTERN + Math.ceil(cost / INSTRUCTIONS);
    if (cost > 1) steps += BEGIN;
  }
  return { steps: Math.ceil(steps), texts, isDeep: DEEP.some((name) => schema[name] !== undefined) };
}

function partsOf(name: string, part: unknown): number {
  if (Array.isArray(part)) return name === 'enum' && areLookedUp(part) ? 1 : part.length;
  return isSchema(part) ? Object.keys(part).length : 1;
}
