import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { JobicoError, type Fault } from './errors.ts';
import { faultsOf } from './faults.ts';
import { isTooDeep } from './exact-json.ts';
import { LIMITS } from './limits.ts';
import { assertBounded } from './schema/assert-bounded.ts';
import { linearPattern } from './schema/linear-pattern.ts';
import { addUniqueItems } from './schema/unique-items.ts';

const MAX_FAULTS = 20;

/** Says what is wrong with a value; empty when it is valid. */
export type Validator = (value: unknown) => Fault[];

/**
 * Compiles a JSON Schema (2020-12, or draft-07 where `$schema` says so). Throws `schema-invalid` for text that is no
 * JSON, no schema, over 256 KiB, or that refers to what it does not contain; for one that would not come to an end with a
 * value, or not soon, and for patterns that need backtracking. Checking takes time linear in the value. `isChecked`: it has been compiled before, so
 * whether it is a schema at all is not asked again, which takes ten times as long as the rest.
 */
export function compileSchema(text: string, { isChecked = false } = {}): Validator {
  if (Buffer.byteLength(text) > LIMITS.schemaBytes)
    throw new JobicoError('schema-invalid', 'the schema is larger than 256 KiB');
  if (isTooDeep(text)) throw new JobicoError('schema-invalid', 'the schema is nested too deep');
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
  addUniqueItems(ajv);
  let check: ValidateFunction;
  try {
    if (!isChecked) assertBounded(schema);
    check = ajv.compile(schema);
  } catch (cause) {
    throw new JobicoError('schema-invalid', `the schema does not compile: ${(cause as Error).message}`, {
      hint: 'Schemas are JSON Schema draft 2020-12, or draft-07 if their $schema says so; patterns have no look-around and no back-references.',
      cause,
    });
  }
  return (value) => (passes(check, value) ? [] : faultsOf(check.errors ?? []).slice(0, MAX_FAULTS));
}

/** A value may be nested as deep as payloads may be, and a schema go into each level in several steps. */
function passes(check: ValidateFunction, value: unknown): boolean {
  try {
    return check(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    check.errors = [
      { instancePath: '', schemaPath: '#', keyword: 'depth', params: {}, message: 'is nested too deep for its schema' },
    ];
    return false;
  }
}

// Stops at the first fault: a hostile payload must not make a long list of them.
const OPTIONS = {
  allErrors: false,
  verbose: true,
  strict: false,
  validateFormats: true,
  code: { regExp: linearPattern },
} as const;
