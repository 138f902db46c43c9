import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { extract } from 'tar';
import type { ReleaseArchive } from './release.ts';

/** Far above any nats-server (about 20 MB), far below what could fill a disk. */
const MAXIMUM_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Takes the executable, and nothing else, out of a release archive into `folder`. Returns its path. */
export async function unpackExecutable(
  archiveFile: string,
  archive: Pick<ReleaseArchive, 'format' | 'entry'>,
  folder: string,
): Promise<string> {
  const executable = join(folder, basename(archive.entry));
  const isFound =
    archive.format === 'zip'
      ? await unpackZip(archiveFile, archive.entry, executable)
      : await unpackTar(archiveFile, archive.entry, folder);
  if (!isFound) throw new Error(`the archive has no ${archive.entry}`);
  return executable;
}

async function unpackTar(archiveFile: string, entry: string, folder: string): Promise<boolean> {
  let isFound = false;
  await extract({
    file: archiveFile,
    cwd: folder,
    strip: 1,
    strict: true,
    filter: (path, found) => {
      if (path !== entry || !('type' in found) || found.type !== 'File') return false;
      checkSize(found.size);
      isFound = true;
      return true;
    },
  });
  return isFound;
}

async function unpackZip(archiveFile: string, entry: string, executable: string): Promise<boolean> {
  const files = unzipSync(await readFile(archiveFile), {
    filter: ({ name, originalSize }) => {
      if (name !== entry) return false;
      checkSize(originalSize);
      return true;
    },
  });
  const content = files[entry];
  if (content === undefined) return false;
  await writeFile(executable, content);
  return true;
}

function checkSize(bytes: number): void {
  if (bytes > MAXIMUM_UNPACKED_BYTES) throw new Error(`the executable would take ${bytes} bytes unpacked`);
}
