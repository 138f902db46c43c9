import { describe, expect, it } from 'vitest';

import { createFrameReader, encodeFrame } from '../src/sandbox/frames.ts';

const LIMITS = { jsonBytes: 1_000_000, bytes: 10, values: 5 };

function read(...chunks: Uint8Array[]): [unknown, number[]][] {
  const frames: [unknown, number[]][] = [];
  const reader = createFrameReader(
    () => LIMITS,
    (message, bytes) => frames.push([message, [...bytes]]),
  );
  for (const chunk of chunks) reader(Buffer.from(chunk));
  return frames;
}

describe('frames', () => {
  const two = Buffer.concat([encodeFrame([1, 'ü'], Uint8Array.of(7, 8)), encodeFrame(['next'])]);
  const expected = [
    [
      [1, 'ü'],
      [7, 8],
    ],
    [['next'], []],
  ];

  it('carry a message and bytes, several in one chunk', () => {
    expect(read(two)).toEqual(expected);
  });

  it('come through wherever the stream is cut', () => {
    for (let cut = 0; cut <= two.length; cut += 1) {
      expect(read(two.subarray(0, cut), two.subarray(cut))).toEqual(expected);
    }
    expect(read(...Array.from(two, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('are refused by the length they announce, before it is there', () => {
    const long = encodeFrame(['x'.repeat(2_000_000)]);
    const heavy = encodeFrame([1], new Uint8Array(11));

    expect(() => read(long.subarray(0, 8))).toThrow(/a frame of \d+ bytes/);
    expect(() => read(heavy.subarray(0, 8))).toThrow(/a frame of \d+ bytes/);
  });

  it('are refused for more values than they may hold, before they are parsed', () => {
    const text = '{"[[\\"[['.repeat(20_000);

    expect(read(encodeFrame([text, [[{}]]]))).toEqual([[[text, [[{}]]], []]]);
    expect(() => read(encodeFrame([text, [[[{}]], {}]]))).toThrow(/too many values/);
    expect(() => read(encodeFrame(Array.from({ length: 40_000 }, () => [])))).toThrow(/too many values/);
  });

  it('carry what is not Unicode in a form that is JSON', () => {
    expect(read(encodeFrame(['\ud800']))).toEqual([[['\ud800'], []]]);
  });
});
