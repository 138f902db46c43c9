import type { Share } from './shares.ts';
import { Refusal } from './refusal.ts';

const FIRST_BYTES = 16 << 10;

/**
 * Reads a body of at most `maxBytes`, else throws a refusal, `too-large`. Its pieces are copied into one buffer as they
 * come: a server may send each byte as a chunk of its own, and a list of those takes a hundred times their size.
 */
export async function readBody(chunks: AsyncIterable<Buffer>, maxBytes: number, share: Share): Promise<Uint8Array> {
  let buffer = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of chunks) {
    const needed = length + chunk.length;
    if (needed > maxBytes) throw new Refusal({ tag: 'too-large' });
    if (needed > buffer.length) {
      const size = Math.min(maxBytes, Math.max(needed, buffer.length * 2, FIRST_BYTES));
      share.hold(size - buffer.length);
      const grown = Buffer.allocUnsafeSlow(size);
      buffer.copy(grown, 0, 0, length);
      buffer = grown;
    }
    chunk.copy(buffer, length);
    length = needed;
  }
  return buffer.subarray(0, length);
}
