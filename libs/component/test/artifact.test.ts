import { describe, expect, it } from 'vitest';

import { ARTIFACT_VERSION, packArtifact, unpackArtifact } from '@jobico/component';

const shared = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const artifact = {
  sync: { source: 'return 1;', modules: new Map([['job.core.wasm', shared]]) },
  jspi: { source: 'return "ü";', modules: new Map([['job.core.wasm', shared]]) },
};

describe('an artifact', () => {
  it('comes back as it was packed', () => {
    const { sync, jspi } = unpackArtifact(packArtifact(artifact));

    expect([sync.source, jspi.source]).toEqual(['return 1;', 'return "ü";']);
    expect([...sync.modules].map(([name, bytes]) => [name, [...bytes]])).toEqual([['job.core.wasm', [...shared]]]);
    expect([...jspi.modules.keys()]).toEqual(['job.core.wasm']);
  });

  it('stores equal modules once', () => {
    const large = new Uint8Array(100_000).fill(7);
    const both = { source: '', modules: new Map([['a', large]]) };

    expect(packArtifact({ sync: both, jspi: both }).length).toBeLessThan(110_000);
  });

  it('can be read out of the middle of a buffer', () => {
    const packed = packArtifact(artifact);
    const around = new Uint8Array(packed.length + 20);
    around.set(packed, 7);

    expect(unpackArtifact(around.subarray(7, 7 + packed.length)).sync.source).toBe('return 1;');
  });

  it('of another version is not used', () => {
    const other = Buffer.from(
      Buffer.from(packArtifact(artifact))
        .toString('latin1')
        .replace(ARTIFACT_VERSION, ARTIFACT_VERSION.replace(/\d$/, '0')),
      'latin1',
    );

    expect(() => unpackArtifact(other)).toThrow(/is of version .*, not /);
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['cut in its header', (bytes: Uint8Array) => bytes.subarray(0, 40)],
    ['empty', () => new Uint8Array()],
    ['changed', (bytes: Uint8Array) => bytes.with(bytes.length - 1, 99)],
    ['something else', () => new TextEncoder().encode('not an artifact at all')],
    ['without a version', () => Buffer.from('jobico\0a\x02\0\0\0{}', 'latin1')],
    ['without JSON', () => Buffer.from('jobico\0a\x02\0\0\0{x', 'latin1')],
  ])('that is %s is not used', (_what, damage) => {
    expect(() => unpackArtifact(damage(packArtifact(artifact)))).toThrow(
      expect.objectContaining({ code: 'internal', hint: expect.stringContaining('made again') }),
    );
  });
});
