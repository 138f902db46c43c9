import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { JobicoError } from '@jobico/contract';

interface NewFile {
  /** From the folder. */
  path: string;
  content: string;
  /** Whether its owner alone may read it. */
  isSecret: boolean;
}

/** Writes files to a folder that is not there yet, or is empty. Throws `conflict` where it is not, `usage` where it cannot. */
export async function writeNewFolder(folder: string, files: readonly NewFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0) {
      throw new JobicoError('conflict', `${folder} is not empty`, {
        hint: 'What is in it may be the keys of an installation: name another folder with --out.',
      });
    }
    for (const { path, content, isSecret } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
      await writeFile(join(folder, path), content, { flag: 'wx', mode: isSecret ? 0o600 : 0o644 });
    }
  } catch (cause) {
    if (cause instanceof JobicoError) throw cause;
    throw new JobicoError('usage', `${folder} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
