import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JobicoError } from '@jobico/contract';
import { findWit } from '@jobico/sdk/build';
import type { Language } from './languages.ts';

export interface Project {
  /** Where it is written; made if it is not there. */
  folder: string;
  /** The package's id. */
  name: string;
  tenant: string;
  language: Language;
}

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
/** The words of the templates that stand for the project's own. */
const NAME = 'my-jobs';
const TENANT = 'my-tenant';

/** Writes a project; its files by path, sorted. Throws `conflict` where the folder has files already. */
export async function writeProject({ folder, name, tenant, language }: Project): Promise<string[]> {
  await requireEmpty(folder);
  await mkdir(folder, { recursive: true });
  for (const template of ['common', language.id]) await cp(join(TEMPLATES, template), folder, { recursive: true });
  // A published package keeps no file of that name.
  await rename(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const files = await filesIn(folder);
  for (const file of files) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(NAME, name).replaceAll(TENANT, tenant));
  }
  if (!language.hasWit) return files;
  await cp(join(findWit(), 'job.wit'), join(folder, 'wit/job.wit'));
  return [...files, 'wit/job.wit'].toSorted();
}

async function requireEmpty(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) return;
  const there = info.isDirectory() ? (await readdir(folder)).filter((name) => name !== '.git') : [folder];
  if (there.length === 0) return;
  const some = there.slice(0, 3).join(', ') + (there.length > 3 ? ', …' : '');
  throw new JobicoError('conflict', `${folder} is not empty: it has ${some}`, {
    hint: 'Give another name, or a folder that is not there yet: jobico init NAME --folder FOLDER',
  });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('.git'));
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted();
}
