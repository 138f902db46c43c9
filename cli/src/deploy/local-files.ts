import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  JobicoError,
  LIMITS,
  moduleReferences,
  schemaReferences,
  type Fault,
  type FileKind,
  type FileReference,
  type PackageDefinition,
} from '@jobico/contract';
import { lookAt } from './look-at.ts';
import { withReferences, type StoredSchema } from './schema-references.ts';

/** A file next to a package that the package refers to. */
export interface LocalFile extends FileReference {
  kind: FileKind;
  content: Uint8Array;
  /** Of a schema: the files that it refers to, and those that these refer to; they are in its content. */
  includes?: readonly string[];
  /** `sha256:<hex>` */
  digest: string;
}

const LARGEST = { wasm: 64 << 20, json: LIMITS.schemaBytes } as const;

/**
 * The files that a package refers to and that lie next to it; what is not there is left to the file repository. Throws
 * `package-invalid` for what leads out of the package's folder, by a link too, is no file, or is too large. A schema comes
 * with what it refers to; `stored` gives of that what lies elsewhere.
 */
export async function findLocalFiles(
  packageFile: string,
  definition: PackageDefinition,
  stored: StoredSchema = () => Promise.resolve(undefined),
): Promise<LocalFile[]> {
  const folder = await realpath(dirname(packageFile));
  const references = [
    ...schemaReferences(definition).map((reference) => ({ kind: 'json' as const, ...reference })),
    ...moduleReferences(definition).map((reference) => ({ kind: 'wasm' as const, ...reference })),
  ];
  const found: LocalFile[] = [];
  const faults: Fault[] = [];
  for (const { kind, ref, paths } of references) {
    const refuse = (message: string) => void faults.push(...paths.map((path) => ({ path, message, value: ref })));
    const file = await lookAt(folder, ref, LARGEST[kind]);
    if (file === undefined) continue;
    if (typeof file === 'string') refuse(file);
    else if (kind === 'wasm') found.push({ kind, ref, paths, content: file, digest: digestOf(file) });
    else {
      const schema = await withReferences(folder, ref, file, stored);
      if (typeof schema === 'string') refuse(schema);
      else found.push({ kind, ref, paths, ...schema, digest: digestOf(schema.content) });
    }
  }
  if (faults.length === 0) return found;
  throw new JobicoError('package-invalid', 'a file next to the package cannot be used', { faults });
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
