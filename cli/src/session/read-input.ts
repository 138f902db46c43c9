import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { JobicoError } from '@jobico/contract';

/** The content of a file, or of standard input for `-`; throws `usage` where it cannot be read. */
export async function readInput(file: string): Promise<Buffer> {
  if (file === '-') return await buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? `there is no file ${file}` : `${file} cannot be read: ${(cause as Error).message}`;
    throw new JobicoError('usage', what, { cause });
  }
}
