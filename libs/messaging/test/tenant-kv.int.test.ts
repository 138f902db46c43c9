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

test(
  'keys that are written over all the time are listed at once and whole, those that were deleted are not',
  { timeout: 120_000 },
  () =>
    withNats(async (nats) => {
      const kv = await openTenantKv(nats, uniqueTenant());
      const value = new Uint8Array(16);
      const names = Array.from({ length: 300 }, (_, n) => `k${String(n).padStart(3, '0')}`);
      await Promise.all([...names, 'gone'].map((key) => kv.set('b', key, value, { kind: 'always' })));
      await kv.delete('b', 'gone');
      await kv.set('other', 'k000', value, { kind: 'always' });
      const done = new AbortController();
      let writes = 0;
      const writer = async (from: number) => {
        for (let n = from; !done.signal.aborted; n += 1) {
          await kv.set('b', names[n % names.length] ?? '', value, { kind: 'always' });
          writes += 1;
        }
      };
      const writers = [0, 75, 150, 225].map(writer);
      let slowestMs = 0;
      try {
        for (let round = 0; round < 100; round += 1) {
          const before = performance.now();
          expect((await kv.keys('b', 'k')).toSorted()).toEqual(names);
          expect(await kv.list('b')).toHaveLength(names.length);
          slowestMs = Math.max(slowestMs, performance.now() - before);
        }
      } finally {
        done.abort();
        await Promise.all(writers);
      }
      expect(writes).toBeGreaterThan(500);
      // A heartbeat that is waited for comes after seconds.
      expect(slowestMs).toBeLessThan(3000);
      expect(await kv.keys('b', 'k00')).toEqual(names.slice(0, 10));
    }),
);

test('no more keys are listed than the limit, and large values are no obstacle', () =>
  withNats(async (nats) => {
    const kv = await openTenantKv(nats, uniqueTenant());
    const names = Array.from({ length: 100 }, (_, n) => `large-${n}`);
    for (const key of names) await kv.set('b', key, new Uint8Array(500 << 10), { kind: 'always' });
    expect((await kv.keys('b', '')).toSorted()).toEqual(names.toSorted());
  }));
