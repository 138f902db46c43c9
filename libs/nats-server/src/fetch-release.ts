import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DownloadOptions } from './download.ts';
import { download, downloadText } from './download.ts';
import type { ReleaseArchive } from './release.ts';
import { unpackExecutable } from './unpack.ts';

const MAXIMUM_CHECKSUMS_BYTES = 256 * 1024;
const MAXIMUM_ARCHIVE_BYTES = 64 * 1024 * 1024;
const REPORT_EVERY_MS = 200;

export type ReleaseTransfer = Omit<DownloadOptions, 'maximumBytes'> & {
  /** Called a few times a second, and once at the end. */
  onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
};

/** Downloads a release archive into `folder`, checks it against the release's SHA256SUMS, and unpacks the executable. */
export async function fetchRelease(
  archive: ReleaseArchive,
  folder: string,
  transfer: ReleaseTransfer,
): Promise<string> {
  const checksums = await downloadText(archive.checksumsUrl, { ...transfer, maximumBytes: MAXIMUM_CHECKSUMS_BYTES });
  const expected = checksumOf(archive.name, checksums);
  const file = join(folder, archive.name);
  const actual = await save(archive.url, file, transfer);
  // Nothing of the archive is looked at before this holds.
  if (actual !== expected) throw new Error(`${archive.name} has SHA-256 ${actual}, SHA256SUMS says ${expected}`);
  return unpackExecutable(file, archive, folder);
}

/** One line is `<64 hex digits>  <file name>`, as sha256sum writes it; a `*` before the name says binary. */
function checksumOf(name: string, checksums: string): string {
  for (const line of checksums.split('\n')) {
    const [, digest, file] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(line) ?? [];
    if (digest !== undefined && file === name) return digest.toLowerCase();
  }
  throw new Error(`SHA256SUMS does not name ${name}`);
}

async function save(url: URL, file: string, transfer: ReleaseTransfer): Promise<string> {
  const hash = createHash('sha256');
  let receivedBytes = 0;
  let reportedAt = 0;
  await using output = await open(file, 'w');
  for await (const { chunk, totalBytes } of download(url, { ...transfer, maximumBytes: MAXIMUM_ARCHIVE_BYTES })) {
    hash.update(chunk);
    await output.write(chunk);
    receivedBytes += chunk.length;
    const now = performance.now();
    if (now - reportedAt < REPORT_EVERY_MS && receivedBytes !== totalBytes) continue;
    reportedAt = now;
    transfer.onBytes(receivedBytes, totalBytes);
  }
  return hash.digest('hex');
}
