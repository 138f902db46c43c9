import { describe, expect, it } from 'vitest';

import { createFrameReader, encodeFrame } from '../src/sandbox/frames.ts';

function read(...chunks: Uint8Array[]): [unknown, number[]][] {
  const frames: [unknown, number[]][] = [];
  const reader = createFrameReader(1000, (message, bytes) => frames.push([message, [...bytes]]));
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
    const frame = encodeFrame(['x'.repeat(2000)]);

    expect(() => read(frame.subarray(0, 8))).toThrow(/a frame of \d+ bytes, more than 1000/);
  });

  it('carry what is not Unicode in a form that is JSON', () => {
    expect(read(encodeFrame(['\ud800']))).toEqual([[['\ud800'], []]]);
  });
});
