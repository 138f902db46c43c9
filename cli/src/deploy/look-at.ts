import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** The content of a file, undefined where there is none, or what is wrong with it. */
export async function lookAt(folder: string, ref: string, largest: number): Promise<Uint8Array | string | undefined> {
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
