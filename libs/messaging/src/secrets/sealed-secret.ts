import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { JobicoError } from '@jobico/contract';
import type { SecretKey, SecretKeys } from './secret-keys.ts';

/** A secret's place, which its encryption is bound to: one that is moved elsewhere cannot be read there. */
export interface SecretAddress {
  tenant: string;
  name: string;
}

/** A secret as the bucket holds it. */
export interface SealedSecret {
  /** How often it has been set since it was made. */
  version: number;
  /** RFC 3339. */
  setAt: string;
  /** Another one with each set; stays when the key is rotated. */
  stamp: string;
  /** Id of the key. */
  key: string;
  /** Base64, as the rest. */
  nonce: string;
  tag: string;
  ciphertext: string;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

type Facts = Pick<SealedSecret, 'version' | 'setAt' | 'stamp'>;

/** Encrypts a value with AES-256-GCM; its place and what is said of it are authenticated with it. */
export function seal(key: SecretKey, address: SecretAddress, facts: Facts, value: string): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(address, facts, key.id));
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return {
    ...facts,
    key: key.id,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  };
}

/** The value of a secret. Throws `unavailable` where its key is not known, or where it was tampered with. */
export function unseal(keys: SecretKeys | undefined, address: SecretAddress, sealed: SealedSecret): string {
  const { name } = address;
  const key = keys?.find(sealed.key);
  if (!key) {
    throw new JobicoError(
      'unavailable',
      `secret ${name} is encrypted with key ${sealed.key}, which is not known here`,
      {
        hint: 'Start every module with the keys that are in use, by JOBICO_SECRETS_KEY or JOBICO_SECRETS_KEY_FILE.',
      },
    );
  }
  try {
    const nonce = Buffer.from(sealed.nonce, 'base64');
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(address, sealed, key.id));
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(sealed.ciphertext, 'base64'), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new JobicoError('unavailable', `secret ${name} is not what was stored under this name`, { cause });
  }
}

function associatedData({ tenant, name }: SecretAddress, { version, setAt, stamp }: Facts, key: string): Buffer {
  return Buffer.from(['jobico.secret', tenant, name, key, version, setAt, stamp].join('\n'));
}
