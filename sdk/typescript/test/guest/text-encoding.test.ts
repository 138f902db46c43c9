import { expect, test } from 'vitest';
import { GuestTextDecoder, GuestTextEncoder } from '../../src/guest/text-encoding.ts';

test('encodes as the web does, and nothing for no text', () => {
  expect(new GuestTextEncoder().encode('é')).toEqual(new Uint8Array([0xc3, 0xa9]));
  expect(new GuestTextEncoder().encode()).toHaveLength(0);
});

test.each([0, 1, 2, 3, 4, 6])('encodeInto writes whole characters into %i bytes', (size) => {
  const [ours, theirs] = [new Uint8Array(size), new Uint8Array(size)];
  expect(new GuestTextEncoder().encodeInto('aé😀', ours)).toEqual(new TextEncoder().encodeInto('aé😀', theirs));
  expect(ours).toEqual(theirs);
});

test('decodes a view of a buffer, without a mark at its beginning unless asked', () => {
  const bytes = new Uint8Array([0xff, 0xef, 0xbb, 0xbf, 0x61]).subarray(1);
  expect(new GuestTextDecoder().decode(bytes)).toBe('a');
  expect(new GuestTextDecoder('UTF8', { ignoreBOM: true }).decode(bytes)).toBe('\ufeffa');
  expect(new GuestTextDecoder().decode(new Uint8Array([0x62]).buffer)).toBe('b');
});

test('fatal refuses what is not UTF-8, and takes U+FFFD where it was written', () => {
  const decoder = new GuestTextDecoder('utf-8', { fatal: true });
  expect(() => decoder.decode(new Uint8Array([0x61, 0xff]))).toThrow(TypeError);
  expect(() => decoder.decode(new Uint8Array([0xe2, 0x82, 0x41]))).toThrow(TypeError);
  expect(decoder.decode(new Uint8Array([0xef, 0xbf, 0xbd]))).toBe('\ufffd');
});

test('another encoding or a stream is refused rather than wrong', () => {
  expect(() => new GuestTextDecoder('latin1')).toThrow(RangeError);
  expect(() => new GuestTextDecoder().decode(new Uint8Array(), { stream: true })).toThrow(TypeError);
});
