import { readFileSync } from 'node:fs';
import { JobicoError } from '@jobico/contract';
import { fromSeed, type KeyPair } from '@nats-io/nkeys';

/** What ctl needs to give tenants accounts and credentials: the content of `operator.json`, which is secret. */
export interface OperatorFile {
  /** Seed of the key that signs accounts. */
  accountsSeed: string;
  /** Seed of the key that signs users, of every account. */
  usersSeed: string;
  /** Public key of the account that the platform's modules are in. */
  platformAccount: string;
  /** Credentials in the server's own account, to push accounts with. */
  systemCreds: string;
}

export interface Operator extends Omit<OperatorFile, 'accountsSeed' | 'usersSeed'> {
  accounts: KeyPair;
  users: KeyPair;
}

/** Reads what `jobico init-nats` has written; throws `config-invalid`. */
export function readOperator(path: string): Operator {
  try {
    const { accountsSeed, usersSeed, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as OperatorFile;
    return { ...rest, accounts: keyOf(accountsSeed), users: keyOf(usersSeed) };
  } catch (cause) {
    throw new JobicoError(
      'config-invalid',
      `JOBICO_NATS_OPERATOR: ${path} cannot be read: ${(cause as Error).message}`,
      {
        hint: 'It is the operator.json that `jobico init-nats` writes.',
        cause,
      },
    );
  }
}

export function keyOf(seed: string): KeyPair {
  return fromSeed(new TextEncoder().encode(seed));
}

export function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}
