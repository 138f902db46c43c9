import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { JobicoError, parsePackage } from '@jobico/contract';

/**
 * The package file that a command was given: the file itself, or the one of a folder, which is `package.yaml`, the one of
 * the folder's name, or the only YAML file there that has jobs. Throws `usage`.
 */
export async function findPackageFile(given = '.'): Promise<string> {
  const info = await stat(given).catch(() => undefined);
  if (info === undefined) throw new JobicoError('usage', `there is no file or folder ${given}`);
  if (!info.isDirectory()) return given;
  const names = (await readdir(given)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  const own = basename(resolve(given));
  const preferred = ['package.yaml', 'package.yml', `${own}.yaml`, `${own}.yml`].find((name) => names.includes(name));
  if (preferred !== undefined) return join(given, preferred);
  const found: string[] = [];
  for (const name of names) if (await isPackage(join(given, name))) found.push(name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return join(given, only);
  throw found.length === 0 ? none(given) : several(given, found);
}

/** Of each that a command was given, {@link findPackageFile}; `-` stays, and none is that of this folder. */
export async function findPackageFiles(given: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const each of given.length > 0 ? given : ['.']) files.push(each === '-' ? each : await findPackageFile(each));
  return files;
}

async function isPackage(file: string): Promise<boolean> {
  try {
    const { value } = parsePackage(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'jobs' in value;
  } catch {
    return false;
  }
}

const nameOf = (folder: string) => (folder === '.' ? 'this folder' : folder);

function none(folder: string): JobicoError {
  return new JobicoError('usage', `there is no package in ${nameOf(folder)}`, {
    hint: 'Name its file, or go to the folder that has a package.yaml.',
  });
}

function several(folder: string, names: readonly string[]): JobicoError {
  return new JobicoError('usage', `there is more than one package in ${nameOf(folder)}: ${names.join(', ')}`, {
    hint: 'Name the file that is meant.',
  });
}
