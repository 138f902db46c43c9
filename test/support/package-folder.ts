import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGuest } from '../components/build.ts';
import { temporaryFolder, type UpOptions } from './platform-process.ts';

export interface PackageFolder {
  folder: string;
  /** The package's file. */
  file: string;
}

/**
 * A folder with a package file, its guests and its schemas; `definition` is the YAML itself, or an object (JSON is YAML).
 */
export async function packageFolder(
  definition: object | string,
  guests: Record<string, string> = {},
  schemas: Record<string, unknown> = {},
  onEnd?: UpOptions['onEnd'],
): Promise<PackageFolder> {
  const folder = await temporaryFolder(onEnd);
  for (const [name, guest] of Object.entries(guests)) await writeFile(join(folder, name), await buildGuest(guest));
  for (const [name, schema] of Object.entries(schemas)) {
    await writeFile(join(folder, name), typeof schema === 'string' ? schema : JSON.stringify(schema));
  }
  const file = join(folder, 'package.yaml');
  await writeFile(file, typeof definition === 'string' ? definition : JSON.stringify(definition, null, 2));
  return { folder, file };
}
