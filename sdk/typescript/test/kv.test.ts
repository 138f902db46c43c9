import { describe, expect, test } from 'vitest';
import { HostError } from '../src/index.ts';
import { createKv } from '../src/kv.ts';
import { createFakeHost } from './support/fake-host.ts';

function createBucket() {
  const host = createFakeHost({ bucket: 'prices' });
  return { host, bucket: createKv(host.kv).bucket('prices') };
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('text is kept as UTF-8 and read back as text, bytes and with its revision', () => {
  const { bucket } = createBucket();
  const revision = bucket.set('a', 'é');
  const entry = bucket.get('a');
  expect(entry?.text()).toBe('é');
  expect(entry?.bytes).toEqual(new Uint8Array([0xc3, 0xa9]));
  expect(entry?.revision).toBe(revision);
});

test('bytes are kept as they are', () => {
  const { bucket } = createBucket();
  bucket.set('a', new Uint8Array([0, 255]));
  expect(bucket.get('a')?.bytes).toEqual(new Uint8Array([0, 255]));
});

test('JSON is written and read', () => {
  const { bucket } = createBucket();
  bucket.setJson('a', { cents: 5 });
  expect(bucket.get('a')?.json()).toEqual({ cents: 5 });
});

test('a key that is not there is undefined', () => {
  expect(createBucket().bucket.get('none')).toBeUndefined();
});

test('what has no JSON is not written', () => {
  const { bucket, host } = createBucket();
  expect(() => bucket.setJson('a', undefined)).toThrow(TypeError);
  expect(host.values.size).toBe(0);
});

test('keys are found by their prefix, and gone once deleted', () => {
  const { bucket } = createBucket();
  bucket.set('eu-1', '');
  bucket.set('us-1', '');
  expect(bucket.keys('eu')).toEqual(['eu-1']);
  bucket.delete('eu-1');
  expect(bucket.keys()).toEqual(['us-1']);
});

describe('conditions', () => {
  test('ifAbsent writes once, then conflicts with the revision that is there', () => {
    const { bucket } = createBucket();
    const revision = bucket.set('a', '1', { ifAbsent: true });
    const error = errorOf(() => bucket.set('a', '2', { ifAbsent: true }));
    expect(error).toBeInstanceOf(HostError);
    expect(error).toMatchObject({ code: 'conflict', detail: revision });
    expect(bucket.get('a')?.text()).toBe('1');
  });

  test('ifRevision writes over that revision alone', () => {
    const { bucket } = createBucket();
    const first = bucket.set('a', '1');
    const second = bucket.set('a', '2', { ifRevision: first });
    expect(errorOf(() => bucket.set('a', '3', { ifRevision: first }))).toMatchObject({
      code: 'conflict',
      detail: second,
    });
  });

  test('a conflict about a key that is not there has no revision', () => {
    const { bucket } = createBucket();
    expect(errorOf(() => bucket.set('a', '1', { ifRevision: '9' }))).toMatchObject({
      code: 'conflict',
      detail: undefined,
    });
  });
});

describe('update', () => {
  test('begins with undefined and goes on from what it set', () => {
    const { bucket } = createBucket();
    const more = (count: number | undefined) => (count ?? 0) + 1;
    expect(bucket.update('n', more)).toBe(1);
    expect(bucket.update('n', more)).toBe(2);
    expect(bucket.get('n')?.json()).toBe(2);
  });

  test('begins again where another was faster, and loses nothing', () => {
    const { bucket } = createBucket();
    bucket.setJson('n', 1);
    let isFirst = true;
    const sum = bucket.update<number>('n', (count = 0) => {
      if (isFirst) bucket.setJson('n', 10);
      isFirst = false;
      return count + 1;
    });
    expect(sum).toBe(11);
  });

  test('gives up after ten conflicts', () => {
    const { bucket } = createBucket();
    let tries = 0;
    const change = (): number => {
      tries += 1;
      bucket.setJson('n', tries);
      return 0;
    };
    expect(errorOf(() => bucket.update('n', change))).toMatchObject({ code: 'conflict' });
    expect(tries).toBe(10);
  });
});

test('a bucket that is not granted is denied by name', () => {
  const other = createKv(createFakeHost({ bucket: 'prices' }).kv).bucket('secrets');
  expect(errorOf(() => other.get('a'))).toMatchObject({ code: 'denied', message: 'kv secrets/a: denied: secrets' });
});

test('an error that is none of the host stays what it is', () => {
  const { host } = createBucket();
  const broken = new Error('broken');
  host.kv.get = () => {
    throw broken;
  };
  expect(errorOf(() => createKv(host.kv).bucket('prices').get('a'))).toBe(broken);
});
