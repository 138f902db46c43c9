import { Buffer } from 'node:buffer';

/**
 * A frame is `length of the rest, length of the JSON, JSON, bytes`, lengths as 32-bit little-endian numbers. JSON,
 * because one end is not trusted and JSON gives plain values; the bytes follow it raw. An own pipe, because the
 * channel of `fork` collects whatever length its peer announces.
 */
const LENGTHS_BYTES = 8;

export function encodeFrame(message: unknown, bytes?: Uint8Array): Buffer {
  const json = JSON.stringify(message);
  const jsonLength = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(LENGTHS_BYTES + jsonLength + (bytes?.length ?? 0));
  frame.writeUInt32LE(frame.length - 4, 0);
  frame.writeUInt32LE(jsonLength, 4);
  frame.write(json, LENGTHS_BYTES);
  if (bytes !== undefined) frame.set(bytes, LENGTHS_BYTES + jsonLength);
  return frame;
}

/** What a frame holds. The bytes are a view that lives as long as the handler runs. */
export type OnFrame = (message: unknown, bytes: Buffer) => void;

/**
 * Takes a stream apart into frames. Throws for a frame that announces more than `maxBytes` (before it is collected)
 * and for one that is not well formed; nothing may be read after that.
 */
export function createFrameReader(maxBytes: number, onFrame: OnFrame): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let collected = 0;
  let wanted = LENGTHS_BYTES;
  return (chunk) => {
    chunks.push(chunk);
    collected += chunk.length;
    if (collected < wanted) return;
    const data = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    let start = 0;
    wanted = LENGTHS_BYTES;
    while (data.length - start >= LENGTHS_BYTES) {
      const end = start + frameLength(data, start, maxBytes);
      if (end > data.length) {
        wanted = end - start;
        break;
      }
      readFrame(data.subarray(start, end), onFrame);
      start = end;
    }
    const rest = data.subarray(start);
    chunks = rest.length > 0 ? [rest] : [];
    collected = rest.length;
  };
}

function frameLength(data: Buffer, start: number, maxBytes: number): number {
  const length = data.readUInt32LE(start) + 4;
  if (length > maxBytes) throw new Error(`a frame of ${length} bytes, more than ${maxBytes}`);
  if (length < LENGTHS_BYTES) throw new Error('a frame without lengths');
  return length;
}

function readFrame(frame: Buffer, onFrame: OnFrame): void {
  const jsonEnd = LENGTHS_BYTES + frame.readUInt32LE(4);
  if (jsonEnd > frame.length) throw new Error('a frame shorter than its JSON');
  const message: unknown = JSON.parse(frame.toString('utf8', LENGTHS_BYTES, jsonEnd));
  onFrame(message, frame.subarray(jsonEnd));
}
