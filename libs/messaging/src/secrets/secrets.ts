import { isSecretName, JobicoError, nearest, type StoredSecret } from '@jobico/contract';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { createEventId } from '../intake/event-ids.ts';
import { asUnavailable } from '../connection/failures.ts';
import { bucketEntries } from '../reading/last-messages.ts';
import { seal, unseal, type SealedSecret, type SecretAddress } from './sealed-secret.ts';
import type { SecretKeys } from './secret-keys.ts';
import { secretKey, SECRETS } from '../subjects.ts';

export interface Rotation {
  /** Id of the key that is current. */
  key: string;
  rotated: number;
  unreadable: { tenant: string; name: string; key: string }[];
}

/** The tenants' secrets as they are kept: the bucket `secrets`. Nothing here answers a value. */
export interface SecretStore {
  /** Throws `unavailable` where there is no key. */
  set(tenant: string, name: string, value: string): Promise<StoredSecret>;
  /** By name. */
  list(tenant: string): Promise<StoredSecret[]>;
  /** Throws `not-found`. */
  delete(tenant: string, name: string): Promise<void>;
  /** Encrypts with the current key what is encrypted with another one. Can be repeated, and interrupted. */
  rotate(): Promise<Rotation>;
}

/** Of writes that another one comes before. */
const MAX_WRITES = 10;

export async function createSecretStore(nats: Nats, keys: SecretKeys | undefined): Promise<SecretStore> {
  const bucket = await openSecrets(nats);
  return {
    async set(tenant, name, value) {
      const { current } = required(keys);
      return await rewrite(bucket, { tenant, name }, (before) => {
        const facts = {
          version: (before?.version ?? 0) + 1,
          setAt: new Date().toISOString(),
          stamp: createEventId(),
        };
        return seal(current, { tenant, name }, facts, value);
      });
    },
    list: (tenant) => listSecrets(nats, tenant),
    async delete(tenant, name) {
      const entry = await bucket.get(secretKey(tenant, name));
      if (entry?.operation === 'PUT') return await bucket.delete(secretKey(tenant, name));
      throw noSuchSecret(tenant, name, await listSecrets(nats, tenant));
    },
    rotate: () => rotate(nats, bucket, required(keys)),
  };
}

/** The bucket itself, made if absent. What was there before is not kept. */
export async function openSecrets(nats: Nats): Promise<KV> {
  return await new Kvm(nats.js).create(SECRETS, { history: 1 });
}

/** The place that a key of the bucket names. */
export function addressOf(key: string): SecretAddress | undefined {
  const [tenant, name, ...rest] = key.split('.');
  return tenant && isSecretName(name) && rest.length === 0 ? { tenant, name } : undefined;
}

function required(keys: SecretKeys | undefined): SecretKeys {
  if (keys) return keys;
  throw new JobicoError('unavailable', 'the platform has no key to keep secrets with', {
    hint:
      'Start every module with the same JOBICO_SECRETS_KEY (or JOBICO_SECRETS_KEY_FILE); `openssl rand -base64 32` ' +
      'makes one.',
  });
}

async function listSecrets(nats: Nats, tenant: string): Promise<StoredSecret[]> {
  const found = await bucketEntries(nats, SECRETS, secretKey(tenant, '*'));
  const told = found.flatMap(({ key, message }) => {
    const address = addressOf(key);
    return address ? [toldOf(address, message.json<SealedSecret>())] : [];
  });
  return told.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toldOf({ name }: SecretAddress, { version, setAt, key }: SealedSecret): StoredSecret {
  return { name, version, setAt, key };
}

/** Puts in place what `make` makes of what is there; made again where another write has come before. */
async function rewrite(
  bucket: KV,
  address: SecretAddress,
  make: (before: SealedSecret | undefined) => SealedSecret,
): Promise<StoredSecret> {
  const key = secretKey(address.tenant, address.name);
  for (let write = 1; ; write += 1) {
    const entry = await bucket.get(key);
    const sealed = make(entry?.operation === 'PUT' ? entry.json<SealedSecret>() : undefined);
    try {
      const text = JSON.stringify(sealed);
      await (entry ? bucket.update(key, text, entry.revision) : bucket.create(key, text));
      return toldOf(address, sealed);
    } catch (error) {
      if (!isOvertaken(error) || write >= MAX_WRITES)
        throw asUnavailable(error, `secret ${address.name} cannot be stored`);
    }
  }
}

async function rotate(nats: Nats, bucket: KV, keys: SecretKeys): Promise<Rotation> {
  const { current } = keys;
  const result: Rotation = { key: current.id, rotated: 0, unreadable: [] };
  for (const { key, message } of await bucketEntries(nats, SECRETS, '>')) {
    const address = addressOf(key);
    if (!address) continue;
    const sealed = message.json<SealedSecret>();
    if (sealed.key === current.id) continue;
    const value = valueOf(keys, address, sealed);
    if (value === undefined) result.unreadable.push({ ...address, key: sealed.key });
    else if (await replace(bucket, key, message.seq, seal(current, address, factsOf(sealed), value)))
      result.rotated += 1;
  }
  return result;
}

function valueOf(keys: SecretKeys, address: SecretAddress, sealed: SealedSecret): string | undefined {
  try {
    return unseal(keys, address, sealed);
  } catch {
    return undefined;
  }
}

/** False where it was set or deleted meanwhile: then it has the current key, or is no more. */
async function replace(bucket: KV, key: string, revision: number, sealed: SealedSecret): Promise<boolean> {
  try {
    await bucket.update(key, JSON.stringify(sealed), revision);
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw asUnavailable(error, `secret ${key} cannot be stored`);
  }
}

const isOvertaken = (error: unknown) => error instanceof Error && /wrong last sequence/.test(error.message);

const factsOf = ({ version, setAt, stamp }: SealedSecret) => ({ version, setAt, stamp });

function noSuchSecret(tenant: string, name: string, known: readonly StoredSecret[]): JobicoError {
  const names = known.map((each) => each.name);
  const suggestion = nearest(name, names);
  const all = names.length > 0 ? `Set are: ${names.join(', ')}.` : 'None is set there.';
  return new JobicoError('not-found', `tenant ${tenant} has no secret ${name}`, {
    hint: suggestion === undefined ? all : `Did you mean ${suggestion}? ${all}`,
  });
}
