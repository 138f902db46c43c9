import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import {
  JobicoError,
  moduleReferences,
  schemaReferences,
  type Fault,
  type FileKind,
  type FileReference,
  type PackageDefinition,
} from '@jobico/contract';

/** A file next to a package that the package refers to. */
export interface LocalFile extends FileReference {
  kind: FileKind;
  content: Uint8Array;
  /** `sha256:<hex>` */
  digest: string;
}

const LARGEST = { wasm: 64 << 20, json: 256 << 10 } as const;

/**
 * The files that a package refers to and that lie next to it; what is not there is left to the file repository. Throws
 * `package-invalid` for what leads out of the package's folder, by a link too, is no file, or is too large.
 */
export async function findLocalFiles(packageFile: string, definition: PackageDefinition): Promise<LocalFile[]> {
  const folder = await realpath(dirname(packageFile));
  const references = [
    ...schemaReferences(definition).map((reference) => ({ kind: 'json' as const, ...reference })),
    ...moduleReferences(definition).map((reference) => ({ kind: 'wasm' as const, ...reference })),
  ];
  const found: LocalFile[] = [];
  const faults: Fault[] = [];
  for (const { kind, ref, paths } of references) {
    const file = await lookAt(folder, ref, LARGEST[kind]);
    if (file === undefined) continue;
    if (typeof file === 'string') faults.push(...paths.map((path) => ({ path, message: file, value: ref })));
    else found.push({ kind, ref, paths, content: file, digest: digestOf(file) });
  }
  if (faults.length === 0) return found;
  throw new JobicoError('package-invalid', 'a file next to the package cannot be used', { faults });
}

/** The content of a file, undefined where there is none, or what is wrong with it. */
async function lookAt(folder: string, ref: string, largest: number): Promise<Uint8Array | string | undefined> {
  let real: string;
  try {
    real = await realpath(join(folder, ref));
  } catch {
    return undefined;
  }
  const inside = relative(folder, real);
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (isOutside) return "leads out of the package's folder";
  const info = await stat(real);
  if (!info.isFile()) return 'is not a file';
  if (info.size > largest) return `is larger than ${largest >> 10} KiB`;
  return await readFile(real);
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
