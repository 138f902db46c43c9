import { expect, test } from 'vitest';
import { toBytes, toText } from '../src/text.ts';

const texts = ['', 'plain', 'é', '€', '😀 mixed é', '\0\x7f\x80', 'half \ud800 pair', '\udc00', '\ufeffmark', '\uffff'];

test.each(texts)('%j is the same bytes as everywhere', (text) => {
  expect(toBytes(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)));
});

test.each(texts)('%j comes back', (text) => {
  expect(toText(toBytes(text))).toBe(text.toWellFormed());
});

test('any bytes become the text that the standard makes of them', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const interesting = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed];
  interesting.push(0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  const wrong: string[] = [];
  for (const a of interesting) {
    for (const b of interesting) {
      for (const c of interesting) {
        for (const d of [0x41, 0x80, 0xbf]) {
          const bytes = new Uint8Array([a, b, c, d]);
          if (toText(bytes) !== decoder.decode(bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});
