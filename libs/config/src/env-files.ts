import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { JobicoError } from '@jobico/contract';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The files that are read, the first one that sets a name wins: `.env.<APP_ENV>.local`, `.env.local`, `.env.<APP_ENV>`, `.env`. */
export function envFileNames(appEnv: string): string[] {
  return [`.env.${appEnv}.local`, '.env.local', `.env.${appEnv}`, '.env'];
}

/** The environment with what the `.env` files of a folder add to it; what the process was given wins. */
export function readEnvironment(folder: string, given: Environment): Environment {
  const appEnv = given.APP_ENV ?? 'development';
  let merged: Environment = given;
  for (const name of envFileNames(appEnv)) merged = { ...readFile(join(folder, name)), ...merged };
  return { ...merged, APP_ENV: appEnv };
}

function readFile(path: string): Environment {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new JobicoError('config-invalid', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseEnv(text);
}
