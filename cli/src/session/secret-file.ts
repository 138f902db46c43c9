import { open, rm, type FileHandle } from 'node:fs/promises';
import { JobicoError } from '@jobico/contract';

/** A file that holds a secret: made before the secret is, so that none is lost for a file that cannot be written. */
export interface SecretFile {
  content(text: string): Promise<void>;
  /** Takes the file away again. */
  discard(): Promise<void>;
}

/** Makes a file that its owner alone can read. Throws `conflict` where there is one already, `usage` where none can be made. */
export async function createSecretFile(path: string): Promise<SecretFile> {
  const file = await make(path);
  return {
    async content(text) {
      await file.writeFile(text);
      await file.close();
    },
    async discard() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

async function make(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new JobicoError('conflict', `${path} exists already`, { hint: 'Name another file, or remove it.', cause });
    }
    throw new JobicoError('usage', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
