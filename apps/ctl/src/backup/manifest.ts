import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobicoError } from '@jobico/contract';
import type { SnapshotHead } from '@jobico/messaging';

/** One stream of a backup, in a file of its own. */
export interface SavedStream {
  name: string;
  /** Relative to the backup's folder. */
  file: string;
  bytes: number;
  /** Of the file, in hex. */
  sha256: string;
  messages: number;
  consumers: number;
  head: SnapshotHead;
}

/** What a backup holds: `manifest.json` in its folder, written last. */
export interface Manifest {
  format: 'jobico-backup';
  version: 1;
  /** RFC 3339, both. */
  startedAt: string;
  finishedAt: string;
  streams: SavedStream[];
  skipped: { name: string; reason: string }[];
}

const MANIFEST = 'manifest.json';
const CHECKSUM = 'manifest.json.sha256';

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, MANIFEST), text, { flush: true });
  await writeFile(join(folder, CHECKSUM), `${createHash('sha256').update(text).digest('hex')}\n`, { flush: true });
}

/** Throws `usage` for a folder that holds no backup, `invalid` for one whose manifest was changed, or is of another time. */
export async function readManifest(folder: string): Promise<Manifest> {
  const [text, checksum] = await Promise.all([MANIFEST, CHECKSUM].map((name) => readPart(folder, name)));
  if (
    createHash('sha256')
      .update(text ?? '')
      .digest('hex') !== checksum?.trim()
  ) {
    throw new JobicoError('invalid', `${join(folder, MANIFEST)} is not what was written`, {
      hint: 'The backup is damaged, or was changed by hand.',
    });
  }
  const manifest = JSON.parse(text ?? '') as Manifest;
  if (manifest.format === 'jobico-backup' && manifest.version === 1) return manifest;
  throw new JobicoError('invalid', `${folder} is a backup of version ${manifest.version}, which is not known here`);
}

async function readPart(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (cause) {
    throw new JobicoError('usage', `${folder} holds no backup: ${name} cannot be read`, {
      hint: 'Name the folder that `jobico backup create` made.',
      cause,
    });
  }
}

/** What is wrong with a file of a backup; undefined where it is as it was written. */
export async function faultOf(folder: string, { file, bytes, sha256 }: SavedStream): Promise<string | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(join(folder, file))) {
      hash.update(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : (error as Error).message;
  }
  if (size !== bytes) return `has ${size} bytes, not ${bytes}`;
  return hash.digest('hex') === sha256 ? undefined : 'is not what was written: its SHA-256 differs';
}
