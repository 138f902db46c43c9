import { openTenantKv } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { uniqueTenant, withNats } from './nats.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('what is set is read back, under any key, and is gone when deleted', () =>
  withNats(async (nats) => {
    const kv = await openTenantKv(nats, uniqueTenant());
    for (const key of ['plain', 'a.b/c d', '*', '>', 'größe', '=3d', '😀']) {
      const revision = await kv.set('prices', key, bytes(key), { kind: 'always' });
      const entry = await kv.get('prices', key);
      expect(entry && { text: new TextDecoder().decode(entry.value), revision: entry.revision }).toEqual({
        text: key,
        revision,
      });
    }
    expect((await kv.keys('prices', '')).toSorted()).toEqual(
      ['*', '=3d', '>', 'a.b/c d', 'größe', 'plain', '😀'].toSorted(),
    );
    expect(await kv.keys('prices', 'a.')).toEqual(['a.b/c d']);
    expect(await kv.keys('price', '')).toEqual([]);
    await kv.delete('prices', 'plain');
    expect(await kv.get('prices', 'plain')).toBeUndefined();
  }));

test('of two writers that read the same revision, one wins and the other learns what is there', () =>
  withNats(async (nats) => {
    const kv = await openTenantKv(nats, uniqueTenant());
    const revision = await kv.set('b', 'k', bytes('1'), { kind: 'absent' });
    await expect(kv.set('b', 'k', bytes('2'), { kind: 'absent' })).rejects.toMatchObject({
      code: 'conflict',
      details: { revision },
    });
    const next = await kv.set('b', 'k', bytes('2'), { kind: 'revision', revision });
    await expect(kv.set('b', 'k', bytes('3'), { kind: 'revision', revision })).rejects.toMatchObject({
      code: 'conflict',
      details: { revision: next },
    });
    await kv.delete('b', 'k');
    await expect(kv.set('b', 'k', bytes('3'), { kind: 'revision', revision: next })).rejects.toMatchObject({
      code: 'conflict',
      details: {},
    });
    await kv.set('b', 'k', bytes('4'), { kind: 'absent' });
  }));

test('keys and values over the limit are refused', () =>
  withNats(async (nats) => {
    const kv = await openTenantKv(nats, uniqueTenant());
    await expect(kv.set('b', 'k'.repeat(513), bytes(''), { kind: 'always' })).rejects.toMatchObject({
      code: 'too-large',
    });
    await expect(kv.set('b', 'k', new Uint8Array((512 << 10) + 1), { kind: 'always' })).rejects.toMatchObject({
      code: 'too-large',
    });
    await expect(kv.get('b', '')).rejects.toMatchObject({ code: 'bad-request' });
  }));
