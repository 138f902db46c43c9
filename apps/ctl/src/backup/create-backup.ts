import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JobicoError } from '@jobico/contract';
import { installedStreams, snapshotStream, type InstalledStream, type Nats } from '@jobico/messaging';
import { writeManifest, type Manifest, type SavedStream } from './manifest.ts';

export interface BackupOptions {
  /** A folder that is not there yet, or is empty. */
  folder: string;
  /** Told of each stream before it is saved. */
  onStep?: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Saves every stream of an installation, with its consumers, into a folder. The folder has its name only once all of it is
 * written: what is interrupted leaves nothing that looks like a backup. Throws `usage` for a folder that is taken.
 */
export async function createBackup(nats: Nats, { folder, onStep, signal }: BackupOptions): Promise<Manifest> {
  await assertFree(folder);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'streams'), { recursive: true });
  try {
    const manifest = await saveAll(nats, partial, { onStep, signal });
    await writeManifest(partial, manifest);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function assertFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new JobicoError('usage', `${folder} cannot be written to: ${(error as Error).message}`, { cause: error });
  });
  if (names.length === 0) return;
  throw new JobicoError('usage', `${folder} is there already, and not empty`, { hint: 'Name another folder.' });
}

async function saveAll(
  nats: Nats,
  folder: string,
  { onStep, signal }: Pick<BackupOptions, 'signal'> & { onStep: BackupOptions['onStep'] | undefined },
): Promise<Manifest> {
  const startedAt = new Date().toISOString();
  const streams: SavedStream[] = [];
  const skipped: Manifest['skipped'] = [];
  const all = await installedStreams(nats);
  for (const [index, stream] of all.entries()) {
    signal?.throwIfAborted();
    onStep?.(`${index + 1} of ${all.length}  ${stream.name}: ${sizeOf(stream.messages, stream.bytes)}`);
    if (stream.storage === 'memory') skipped.push({ name: stream.name, reason: 'its queue keeps events in memory' });
    else streams.push(await saveStream(nats, folder, stream, signal));
  }
  return { format: 'jobico-backup', version: 1, startedAt, finishedAt: new Date().toISOString(), streams, skipped };
}

/** How much that is, for people. */
export function sizeOf(messages: number, bytes: number): string {
  return `${messages === 1 ? 'one message' : `${messages} messages`}, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

async function saveStream(
  nats: Nats,
  folder: string,
  { name, consumers }: InstalledStream,
  signal: AbortSignal | undefined,
): Promise<SavedStream> {
  const file = join('streams', `${name}.snapshot`);
  const { head, chunks } = await snapshotStream(nats, name);
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(join(folder, file), 'wx');
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { name, file, bytes, sha256: hash.digest('hex'), messages: head.state.messages, consumers, head };
}
