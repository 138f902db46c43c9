import { JobicoError } from '../errors.ts';
import { isTooDeep } from '../exact-json.ts';
import { LIMITS } from '../limits.ts';

/** Throws `schema-invalid` for text that is too large or too deep to be read: whoever goes through it goes into each level. */
export function assertSchemaText(text: string, what = 'the schema'): void {
  if (Buffer.byteLength(text) > LIMITS.schemaBytes)
    throw new JobicoError('schema-invalid', `${what} is larger than ${LIMITS.schemaBytes >> 10} KiB`);
  if (isTooDeep(text)) throw new JobicoError('schema-invalid', `${what} is nested too deep`);
}
