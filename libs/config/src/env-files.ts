import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { JobicoError } from '@jobico/contract';
import type { Layer } from './layer.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const APP_ENVS = ['development', 'production', 'test'] as const;

/** The files that are read, the first one that sets a name wins: `.env.<APP_ENV>.local`, `.env.local`, `.env.<APP_ENV>`, `.env`. */
export function envFileNames(appEnv: string): string[] {
  return [`.env.${appEnv}.local`, '.env.local', `.env.${appEnv}`, '.env'];
}

/** What `APP_ENV` is: of the environment, else of `.env.local` or `.env`, else development. Not checked. */
export function appEnvOf(folder: string, environment: Environment): string {
  if (environment.APP_ENV) return environment.APP_ENV;
  const files = ['.env.local', '.env'].map((name) => parsed(readText(join(folder, name)))).reverse();
  return Object.assign({}, ...files).APP_ENV || 'development';
}

/** The `.env` files of a folder that exist, the one that wins first. */
export function envFileLayers(folder: string, appEnv: string): Layer[] {
  return envFileNames(appEnv).flatMap((name) => {
    const file = join(folder, name);
    const text = readText(file);
    if (text === undefined) return [];
    const lines = text.split('\n');
    const lineOf = (key: string) => lines.findLastIndex((line) => nameOn(line) === key) + 1 || undefined;
    const entries = Object.entries(parsed(text)).map(
      ([key, value = '']) => [key, { text: value, source: name, file, line: lineOf(key) }] as const,
    );
    return [new Map(entries)];
  });
}

const nameOn = (line: string) => /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1];

function parsed(text: string | undefined): Environment {
  return text === undefined ? {} : parseEnv(text);
}

/** The text of a file; undefined where there is none. Throws `config-invalid` where there is one that cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new JobicoError('config-invalid', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
