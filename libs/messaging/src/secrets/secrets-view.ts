import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { unseal, type SealedSecret } from './sealed-secret.ts';
import type { SecretKeys } from './secret-keys.ts';
import { addressOf, openSecrets } from './secrets.ts';
import { secretKey, SECRETS } from '../subjects.ts';
import { watchBucket } from '../reading/watch-bucket.ts';

/** The value of a secret, and which one it is. */
export interface Secret {
  value: string;
  /** Another one each time the secret is set. */
  stamp: string;
}

/** A live copy of all secrets, kept by a watch on their bucket. */
export interface Secrets {
  /**
   * A tenant's secret; undefined if it is not set. Throws `unavailable` where its key is not known to this process, or
   * where it is not what was stored under its name.
   */
  resolve(tenant: string, name: string): Secret | undefined;
  /** The stamp alone, which tells whether a secret is another one than before; undefined if it is not set. */
  stampOf(tenant: string, name: string): string | undefined;
  stop(): Promise<void>;
}

/** Resolves once every secret that exists has been read. They are decrypted when they are first asked for. */
export async function watchSecrets(nats: Nats, keys: SecretKeys | undefined, log: Logger): Promise<Secrets> {
  await openSecrets(nats);
  const sealed = new Map<string, SealedSecret>();
  const opened = new WeakMap<SealedSecret, Secret>();
  const watch = await watchBucket(
    nats,
    SECRETS,
    ({ key, value }) => {
      if (addressOf(key) && value) sealed.set(key, value.json());
      else sealed.delete(key);
    },
    log,
  );
  return {
    resolve(tenant, name) {
      const found = sealed.get(secretKey(tenant, name));
      if (!found) return undefined;
      let secret = opened.get(found);
      if (!secret) {
        secret = { value: unseal(keys, { tenant, name }, found), stamp: found.stamp };
        opened.set(found, secret);
      }
      return secret;
    },
    stampOf: (tenant, name) => sealed.get(secretKey(tenant, name))?.stamp,
    stop: () => watch.stop(),
  };
}
