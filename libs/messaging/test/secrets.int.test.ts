import { randomBytes } from 'node:crypto';
import { createSecretStore, parseSecretKeys, watchSecrets, type SecretKeys } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { uniqueTenant, withNats } from './nats.ts';

const log = createSilentLogger();
const newKey = () => randomBytes(32).toString('base64');
const keysOf = (...keys: string[]) => parseSecretKeys(keys.join(',')) as SecretKeys;

test('a secret that is set is told of without its value, and resolved by whoever has the key', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const keys = keysOf(newKey());
    const store = await createSecretStore(nats, keys);
    const secrets = await watchSecrets(nats, keys, log);
    expect(secrets.resolve(tenant, 'TAX_KEY')).toBeUndefined();
    const first = await store.set(tenant, 'TAX_KEY', 'first value ✓');
    expect(first).toEqual({ name: 'TAX_KEY', version: 1, setAt: expect.any(String), key: keys.current.id });
    await expect.poll(() => secrets.resolve(tenant, 'TAX_KEY')?.value).toBe('first value ✓');
    const stamp = secrets.stampOf(tenant, 'TAX_KEY');
    expect((await store.set(tenant, 'TAX_KEY', 'second value')).version).toBe(2);
    await expect.poll(() => secrets.resolve(tenant, 'TAX_KEY')?.value).toBe('second value');
    expect(secrets.stampOf(tenant, 'TAX_KEY')).not.toBe(stamp);
    expect(secrets.resolve(uniqueTenant(), 'TAX_KEY')).toBeUndefined();
    expect((await store.list(tenant)).map(({ name, version }) => ({ name, version }))).toEqual([
      { name: 'TAX_KEY', version: 2 },
    ]);
    await store.delete(tenant, 'TAX_KEY');
    await expect.poll(() => secrets.resolve(tenant, 'TAX_KEY')).toBeUndefined();
    expect(await store.list(tenant)).toEqual([]);
    expect((await store.set(tenant, 'TAX_KEY', 'third value')).version).toBe(1);
    await secrets.stop();
  }));

test('a secret that is not there cannot be deleted, and the error says which was meant', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const store = await createSecretStore(nats, keysOf(newKey()));
    await store.set(tenant, 'TAX_KEY', 'some value');
    await expect(store.delete(tenant, 'TAX_KEI')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('Did you mean TAX_KEY?') as string,
    });
  }));

test('what is stored is not the value, and cannot be read under another name, by another key, or changed', () =>
  withNats(async (nats) => {
    const [tenant, other] = [uniqueTenant(), uniqueTenant()];
    const keys = keysOf(newKey());
    const store = await createSecretStore(nats, keys);
    await store.set(tenant, 'TAX_KEY', 'canary-in-the-mine');
    const stored = await nats.jsm.streams.getMessage('KV_secrets', {
      last_by_subj: `$KV.secrets.${tenant}.TAX_KEY`,
    });
    expect(stored?.string()).not.toContain('canary');
    const sealed = stored?.json<Record<string, string | number>>() ?? {};
    const put = (where: string, what: object) => nats.js.publish(`$KV.secrets.${where}`, JSON.stringify(what));
    await put(`${other}.TAX_KEY`, sealed);
    await put(`${tenant}.OTHER`, sealed);
    await put(`${tenant}.OLDER`, { ...sealed, version: 7 });
    const secrets = await watchSecrets(nats, keys, log);
    for (const [of, name] of [
      [other, 'TAX_KEY'],
      [tenant, 'OTHER'],
      [tenant, 'OLDER'],
    ] as const) {
      expect(() => secrets.resolve(of, name)).toThrow('is not what was stored');
    }
    await secrets.stop();
    const stranger = await watchSecrets(nats, keysOf(newKey()), log);
    expect(() => stranger.resolve(tenant, 'TAX_KEY')).toThrow(`key ${keys.current.id}, which is not known here`);
    await stranger.stop();
  }));

test('a rotation encrypts with the current key, changes no value, and leaves alone what it cannot read', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const [old, lost, next] = [newKey(), newKey(), newKey()];
    await (await createSecretStore(nats, keysOf(old))).set(tenant, 'A', 'value of a');
    await (await createSecretStore(nats, keysOf(lost))).set(tenant, 'B', 'value of b');
    const before = await watchSecrets(nats, keysOf(next, old), log);
    const stamp = before.stampOf(tenant, 'A');
    expect(before.resolve(tenant, 'A')?.value).toBe('value of a');
    const store = await createSecretStore(nats, keysOf(next, old));
    const { key, unreadable } = await store.rotate();
    expect(key).toBe(keysOf(next).current.id);
    expect(unreadable).toContainEqual({ tenant, name: 'B', key: keysOf(lost).current.id });
    const after = await watchSecrets(nats, keysOf(next), log);
    expect(after.resolve(tenant, 'A')).toEqual({ value: 'value of a', stamp });
    expect((await store.rotate()).rotated).toBe(0);
    await before.stop();
    await after.stop();
  }));

test('without a key nothing is stored, and the error says how to get one', () =>
  withNats(async (nats) => {
    const store = await createSecretStore(nats, undefined);
    await expect(store.set(uniqueTenant(), 'A', 'some value')).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('JOBICO_SECRETS_KEY') as string,
    });
  }));

test.each(['', '# nothing', 'short', 'Zz'.repeat(32), `${'Az'.repeat(22)},x`])('%j is no key', (text) => {
  expect(() => parseSecretKeys(text)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});

test('a key that is refused is not shown', () => {
  expect(() => parseSecretKeys('Zz'.repeat(32))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('ZzZz') as string }),
  );
});
