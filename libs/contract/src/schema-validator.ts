import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { JobicoError, type Fault } from './errors.ts';
import { faultsOf, shown } from './faults.ts';
import { assertBounded } from './schema/assert-bounded.ts';
import { linearPattern } from './schema/linear-pattern.ts';
import { isPlain } from './schema/is-plain.ts';
import { assertSchemaText } from './schema/schema-text.ts';
import type { Schema } from './schema/references.ts';
import { countedSchema, countSteps, createSteps, StepsUsedUp, type Steps } from './schema/steps.ts';
import { addComparisons } from './schema/compared-values.ts';

const MAX_FAULTS = 20;
/** Errors of a value of which each is looked at; of more, the last is what the whole of it is refused for. */
const MOST_ERRORS = 500;

/** Says what is wrong with a value; empty when it is valid. Throws nothing, whatever the value is. */
export type Validator = (value: unknown) => Fault[];

/**
 * Compiles a JSON Schema (2020-12, or draft-07 where `$schema` says so). Throws `schema-invalid` for text that is no
 * JSON, no schema, over 256 KiB, or that refers to what it does not contain; for one that would not come to an end with a
 * value, and for patterns that need backtracking. Checking takes time linear in the value: where the schema could make it
 * longer, by coming back to itself, by its size or by costly patterns, steps are counted, and a value that takes too many
 * is not valid. `isChecked`: it has been compiled before, so whether it is a schema at all is not asked again, which takes
 * ten times as long as the rest.
 */
export function compileSchema(text: string, { isChecked = false } = {}): Validator {
  assertSchemaText(text);
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new JobicoError('schema-invalid', `the schema is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new JobicoError('schema-invalid', 'a schema is a JSON object, true or false');
  }
  const isDraft7 = typeof schema === 'object' && /draft-0[67]/.test(String((schema as { $schema?: unknown }).$schema));
  const options = { ...OPTIONS, validateSchema: !isChecked };
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  addComparisons(ajv);
  let check: ValidateFunction;
  let steps: Steps | undefined;
  try {
    if (!isChecked) assertBounded(schema);
    if (typeof schema === 'boolean' || isPlain(schema as Schema)) check = ajv.compile(schema);
    else {
      steps = createSteps();
      countSteps(ajv, steps);
      check = ajv.compile(countedSchema(schema as Schema));
    }
  } catch (cause) {
    throw new JobicoError('schema-invalid', `the schema does not compile: ${(cause as Error).message}`, {
      hint: 'Schemas are JSON Schema draft 2020-12, or draft-07 if their $schema says so; patterns have no look-around and no back-references.',
      cause,
    });
  }
  return (value) => {
    try {
      steps?.begin(value);
      return check(value) ? [] : faultsOf(told(check.errors ?? []), MAX_FAULTS);
    } catch (error) {
      return [{ path: '', message: reasonOf(error), value: shown(value) }];
    }
  };
}

const told = <T>(errors: readonly T[]) => (errors.length > MOST_ERRORS ? errors.slice(-1) : errors);

/** Why a value is not valid that could not be checked to the end. */
function reasonOf(error: unknown): string {
  if (error instanceof StepsUsedUp) return TOO_MANY_STEPS;
  // It may be nested as deep as payloads may be, and a schema go into each level in several steps.
  if (error instanceof RangeError) return 'is nested too deep for its schema';
  // The code that was made of the schema is at fault, and would be each time.
  return `cannot be checked against its schema: ${(error as Error).message}`;
}

const TOO_MANY_STEPS =
  'takes too many steps to be checked: each level of it is held against several forms of its schema, and each of those ' +
  'goes on into the next level; or much text is held against costly patterns. Let what tells the forms apart stand first ' +
  'in their properties, or make it fewer forms; begin patterns with ^, and let them repeat less';

/** Keywords of a schema that is written out where it is referred to. */
const INLINED = 10;

// Stops at the first fault: a hostile payload must not make a long list of them.
const OPTIONS = {
  allErrors: false,
  verbose: true,
  strict: false,
  validateFormats: true,
  // What is referred to a thousand times would be written out a thousand times.
  inlineRefs: INLINED,
  // It would write the code that it made of a schema that does not compile, megabytes of it, to the console.
  logger: false,
  // What the engine does again costs the square of a schema's size here.
  code: { regExp: linearPattern, optimize: false },
} as const;
