/**
 * Bytes that come in pieces, in one buffer that grows: a buffer for each piece costs two hundred times what it holds where
 * each is a single byte. A first piece is not copied, as almost everything comes in one.
 */
export interface Pieces {
  readonly length: number;
  add(piece: Buffer): void;
  /** All of them; nothing may be added any more. */
  whole(): Buffer;
}

/** Room that is taken at once, however little has come. */
const LEAST_ROOM = 4 << 10;

const NOTHING = Buffer.alloc(0);

/** `expected`: bytes that there will be at most, if that is known; room for them is taken as they come. */
export function createPieces(expected = Infinity): Pieces {
  let buffer: Buffer = NOTHING;
  let length = 0;

  const grow = (needed: number) => {
    const room = Math.max(needed, Math.min(expected, Math.max(2 * needed, LEAST_ROOM)));
    const before = buffer;
    buffer = Buffer.allocUnsafe(room);
    before.copy(buffer, 0, 0, length);
  };

  return {
    get length() {
      return length;
    },
    add(piece) {
      if (length === 0) buffer = piece;
      else {
        const needed = length + piece.length;
        if (needed > buffer.length) grow(needed);
        piece.copy(buffer, length);
      }
      length += piece.length;
    },
    whole: () => buffer.subarray(0, length),
  };
}
