import { JobicoError, type Fault } from '@jobico/contract';
import { faultOf, readManifest, type Manifest, type SavedStream } from './manifest.ts';

/** Reads all of a backup, and answers its manifest; throws `invalid` with every file that is not what was written. */
export async function verifyBackup(folder: string, onStep?: (message: string) => unknown): Promise<Manifest> {
  const manifest = await readManifest(folder);
  await assertWhole(folder, manifest.streams, onStep);
  return manifest;
}

export async function assertWhole(
  folder: string,
  streams: readonly SavedStream[],
  onStep?: (message: string) => unknown,
): Promise<void> {
  const faults: Fault[] = [];
  for (const [index, stream] of streams.entries()) {
    onStep?.(`checking ${index + 1} of ${streams.length}  ${stream.name}`);
    const message = await faultOf(folder, stream);
    if (message !== undefined) faults.push({ path: `/${stream.file}`, message });
  }
  if (faults.length === 0) return;
  throw new JobicoError('invalid', `the backup ${folder} is damaged`, {
    faults,
    hint: 'Take another one; of this one, streams that are whole can be restored with --only.',
  });
}
