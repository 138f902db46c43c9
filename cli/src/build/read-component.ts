import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { componentOfCore, isCoreModule } from '@jobico/component';
import { findWit } from '@jobico/sdk/build';

/**
 * The component that a toolchain wrote to a file. Some toolchains, such as Go's and C's, write core modules: those are
 * made components, in the same file.
 */
export async function readComponent(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (!isCoreModule(bytes)) return bytes;
  const component = await componentOfCore(bytes, await readFile(join(findWit(), 'job.wit'), 'utf8'));
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, component);
  await rename(part, path);
  return component;
}
