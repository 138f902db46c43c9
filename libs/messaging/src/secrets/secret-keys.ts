import { createHash } from 'node:crypto';
import { JobicoError } from '@jobico/contract';

/** A key of 256 bits. */
export interface SecretKey {
  /** Tells keys apart without telling anything of them. */
  id: string;
  bytes: Buffer;
}

/** The keys that a process knows. */
export interface SecretKeys {
  /** What is set from now on is encrypted with it. */
  current: SecretKey;
  find(id: string): SecretKey | undefined;
}

const KEY_BYTES = 32;

/**
 * Keys as they are configured: 32 bytes each in base64 (or 64 hex digits), separated by commas or white space; lines that
 * start with # are comments. The first is the current one, the others are for what was encrypted with them. Undefined for
 * no text at all. Throws `config-invalid`, and does not say what stood there.
 */
export function parseSecretKeys(text: string | undefined): SecretKeys | undefined {
  if (text === undefined) return undefined;
  const words = text
    .replaceAll(/^\s*#.*$/gm, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const keys = words.map((word, index) => parseKey(word, index + 1));
  const [current] = keys;
  if (!current) throw invalid('there is no key in it');
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { current, find: (id) => byId.get(id) };
}

function parseKey(word: string, place: number): SecretKey {
  const isHex = /^[0-9a-f]{64}$/i.test(word);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(word);
  const bytes = Buffer.from(word, isHex ? 'hex' : 'base64');
  if ((!isHex && !isBase64) || bytes.length !== KEY_BYTES) throw invalid(`key ${place} is not 32 bytes in base64`);
  return { id: createHash('sha256').update('jobico secret key').update(bytes).digest('hex').slice(0, 8), bytes };
}

function invalid(why: string): JobicoError {
  return new JobicoError('config-invalid', `the key of the secrets cannot be used: ${why}`, {
    hint: 'JOBICO_SECRETS_KEY, or the file of JOBICO_SECRETS_KEY_FILE, holds what `openssl rand -base64 32` prints.',
  });
}
