import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { deferStart } from './defer-start.ts';
import { findEngine } from './find-engine.ts';

/** Of what this folder makes of an engine; another number leaves what is cached alone. */
const FORMAT = 1;

/**
 * A component of the world `job` with an engine that has not started: the same bytes wherever it is made. It is made once, in
 * one to three seconds, and kept beside the packages that it is made of, or among the user's own caches where those are
 * somebody else's; what cannot be kept is made again.
 */
export async function engineComponent(witPath: string): Promise<Uint8Array> {
  const manifest = createRequire(import.meta.url).resolve('componentize-qjs/package.json');
  const name = await cacheName(witPath, manifest);
  const files = cacheFolders(manifest).map((folder) => join(folder, name));
  for (const file of files) {
    const cached = await readFile(file).catch(absent);
    if (cached !== undefined) return cached;
  }
  const made = await makeEngineComponent(witPath);
  for (const file of files) if (await isKept(file, made)) break;
  return made;
}

function cacheFolders(manifest: string): string[] {
  const users = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return [join(dirname(manifest), '../.cache/jobico-sdk'), join(users, 'jobico-sdk')];
}

/** Links it anew. */
export async function makeEngineComponent(witPath: string): Promise<Uint8Array> {
  // 38 MB of native code: who has its component needs no more of it.
  const { componentize } = await import('componentize-qjs');
  const runtimeBytes = Buffer.from(deferStart(await findEngine()));
  const { component } = await componentize({ witPath, world: 'job', jsSource: '', stubWasi: true, runtimeBytes });
  return component;
}

async function cacheName(witPath: string, manifest: string): Promise<string> {
  const hash = createHash('sha256')
    .update(`${FORMAT}\n`)
    .update(await readFile(manifest));
  for (const name of await witFilesIn(witPath)) hash.update(`\n${name}\n`).update(await readFile(join(witPath, name)));
  return `engine-${hash.digest('hex').slice(0, 32)}.wasm`;
}

async function witFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.wit')).toSorted();
}

/** A cache that is not there, or that is not for this user, holds nothing. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(error.code ?? '')) return undefined;
  throw error;
}

/** Never half of it: other processes read it at the same time. A file system that takes nothing only costs time. */
async function isKept(file: string, component: Uint8Array): Promise<boolean> {
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, component);
    await rename(part, file);
    return true;
  } catch {
    return false;
  }
}
