import { realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bundleSchema, compileSchema, JobicoError, LIMITS, type Validator } from '@jobico/contract';
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

/** A schema beside a package with what it refers to. */
export interface LocalSchema {
  text: string;
  validate: Validator;
  /** Where it and all that it refers to lie, absolute. */
  files: readonly string[];
}

/** A schema beside a package as a deploy would send it, of files alone. Throws `schema-invalid`. */
export async function readLocalSchema(folder: string, ref: string): Promise<LocalSchema> {
  const invalid = (message: string) =>
    new JobicoError('schema-invalid', `${relative('.', join(folder, ref))}: ${message}`);
  const real = await realpath(folder);
  const file = await lookAt(real, ref, LIMITS.schemaBytes);
  if (file === undefined) throw invalid('there is no such file');
  if (typeof file === 'string') throw invalid(file);
  const schema = await withReferences(real, ref, file, (name) => {
    const message = `it refers to ${name}, which is not next to it; only a deploy looks into the file repository`;
    throw new JobicoError('schema-invalid', message);
  });
  if (typeof schema === 'string') throw invalid(schema);
  const text = Buffer.from(schema.content).toString('utf8');
  const names = [ref, ...schema.includes.map((name) => join(dirname(ref), name))];
  try {
    return { text, validate: compileSchema(text), files: names.map((name) => join(folder, name)) };
  } catch (error) {
    throw invalid((error as Error).message);
  }
}
