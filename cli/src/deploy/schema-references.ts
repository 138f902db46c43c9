import { dirname, join } from 'node:path';
import { bundleSchema, JobicoError, LIMITS } from '@jobico/contract';
import { lookAt } from './look-at.ts';

/** A schema of the file repository by its name; undefined where there is none. */
export type StoredSchema = (name: string) => Promise<string | undefined>;

export interface ReferringSchema {
  content: Uint8Array;
  /** The files that are in it, as it names them. */
  includes: readonly string[];
}

/**
 * A schema of a package as one document with the files that it refers to. They are looked for from its own folder on, inside
 * that of the package, and else in the file repository. Answers what is wrong with it where it cannot be.
 */
export async function withReferences(
  folder: string,
  ref: string,
  content: Uint8Array,
  stored: StoredSchema,
): Promise<ReferringSchema | string> {
  const text = Buffer.from(content).toString('utf8');
  const includes: string[] = [];
  try {
    const bundle = await bundleSchema(text, async (name) => {
      const file = await lookAt(folder, join(dirname(ref), name), LIMITS.schemaBytes);
      if (typeof file === 'string') throw new JobicoError('schema-invalid', `it refers to ${name}, which ${file}`);
      if (file === undefined) return await stored(name);
      includes.push(name);
      return Buffer.from(file).toString('utf8');
    });
    // As it was written, where there is nothing to put into it: its digest is the file's.
    if (bundle === text) return { content, includes };
    const whole = Buffer.from(bundle);
    if (whole.length > LIMITS.schemaBytes)
      return `is larger than ${LIMITS.schemaBytes >> 10} KiB with what it refers to`;
    return { content: whole, includes };
  } catch (error) {
    if (error instanceof JobicoError && error.code === 'schema-invalid') return error.message;
    throw error;
  }
}
