import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive } from './process-identity.ts';
import { executableName, NATS_SERVER_VERSION } from './release.ts';

/** This user's cache folder for Jobico, as the platform has it (`XDG_CACHE_HOME`, `~/Library/Caches`, `LOCALAPPDATA`). */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const home = homedir();
  switch (process.platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'jobico', 'cache');
    case 'darwin':
      return join(home, 'Library', 'Caches', 'jobico');
    default:
      return join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'jobico');
  }
}

/** Where the cached binary is: one folder a version, so that an older one is never taken for a newer. */
export function cachedBinary(cacheDir: string): string {
  return join(cacheDir, 'nats-server', `v${NATS_SERVER_VERSION}`, executableName());
}

/** Runs `produce` in an empty folder of the cache and moves the executable it returns to its place in one step. */
export async function intoCache(cacheDir: string, produce: (folder: string) => Promise<string>): Promise<string> {
  const target = cachedBinary(cacheDir);
  await mkdir(dirname(target), { recursive: true });
  await removeAbandoned(join(cacheDir, 'nats-server'));
  // On the same file system as the target, or the rename would not be atomic.
  const folder = await mkdtemp(join(cacheDir, 'nats-server', `partial-${process.pid}-`));
  try {
    const executable = await produce(folder);
    await chmod(executable, 0o755);
    await rename(executable, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A process that was killed in the middle of a download left its folder behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^partial-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}
