import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JobicoError } from '@jobico/contract';
import type { PlatformOptions } from './start-platform.ts';

type KeySources = Pick<PlatformOptions, 'secretsKey' | 'secretsKeyFile' | 'data' | 'natsUrl' | 'log' | 'onStep'>;

/**
 * The keys of the secrets: as given, from the file that was named, else from `secrets.key` in the data folder. A platform
 * with a nats-server of its own makes that file, but not in production: there a key is somebody's to keep. Throws
 * `config-invalid` for a file that cannot be read.
 */
export function findSecretKeys({ secretsKey, secretsKeyFile, ...here }: KeySources): string | undefined {
  if (secretsKey !== undefined && secretsKeyFile !== undefined) {
    throw new JobicoError('config-invalid', 'the key of the secrets is given twice', {
      hint: 'Leave JOBICO_SECRETS_KEY unset, or JOBICO_SECRETS_KEY_FILE.',
    });
  }
  if (secretsKey !== undefined) return secretsKey;
  if (secretsKeyFile !== undefined) return readKeys(secretsKeyFile);
  const file = join(here.data, 'secrets.key');
  return ownKeys(file) ?? makeKey(file, here);
}

function readKeys(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new JobicoError('config-invalid', `the key of the secrets cannot be read: ${(cause as Error).message}`, {
      hint: 'JOBICO_SECRETS_KEY_FILE names a file that holds what `openssl rand -base64 32` prints.',
      cause,
    });
  }
}

function ownKeys(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function makeKey(file: string, { data, natsUrl, log, onStep }: Omit<KeySources, `secretsKey${string}`>) {
  // Others that work on the same NATS would not have it.
  if (natsUrl !== undefined || process.env['APP_ENV'] === 'production') return undefined;
  mkdirSync(data, { recursive: true });
  const key = randomBytes(32).toString('base64');
  try {
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another start has made it at the same moment.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return ownKeys(file);
    throw error;
  }
  log.info({ file }, 'made a key for secrets: who loses it loses them');
  onStep?.(`made a key for secrets, ${file}: keep a copy, without it they cannot be read`);
  return key;
}
