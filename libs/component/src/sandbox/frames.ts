import { Buffer } from 'node:buffer';

/**
 * A frame is `length of the rest, length of the JSON, JSON, bytes`, lengths as 32-bit little-endian numbers. JSON,
 * because one end is not trusted and JSON gives plain values; the bytes follow it raw. An own pipe, because the
 * channel of `fork` collects whatever length its peer announces.
 */
const LENGTHS_BYTES = 8;

export function encodeFrame(message: unknown, bytes?: Uint8Array): Buffer {
  return frameOf(JSON.stringify(message), bytes);
}

/** A frame of a message that is JSON already. */
export function frameOf(json: string, bytes?: Uint8Array): Buffer {
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

/** What a frame may hold. A small frame can do no harm and is not looked at. */
export interface FrameLimits {
  readonly jsonBytes: number;
  readonly bytes: number;
  /** Arrays and objects: each of the two bytes that make one becomes fifty of heap. */
  readonly values: number;
}

export const NO_LIMITS: FrameLimits = {
  jsonBytes: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  values: Number.POSITIVE_INFINITY,
};

const SMALL_JSON = 65_536;

/**
 * Takes a stream apart into frames. Throws for a frame that is more than its limits (by the lengths it announces,
 * before it is collected) and for one that is not well formed; nothing may be read after that.
 */
export function createFrameReader(limits: () => FrameLimits, onFrame: OnFrame): (chunk: Buffer) => void {
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
      const end = start + frameLength(data, start, limits());
      if (end > data.length) {
        wanted = end - start;
        break;
      }
      readFrame(data.subarray(start, end), limits(), onFrame);
      start = end;
    }
    const rest = data.subarray(start);
    chunks = rest.length > 0 ? [rest] : [];
    collected = rest.length;
  };
}

function frameLength(data: Buffer, start: number, limits: FrameLimits): number {
  const length = data.readUInt32LE(start) + 4;
  const jsonLength = data.readUInt32LE(start + 4);
  const bytesLength = length - LENGTHS_BYTES - jsonLength;
  if (bytesLength < 0) throw new Error('a frame shorter than its lengths say');
  if (jsonLength > limits.jsonBytes || bytesLength > limits.bytes) throw new Error(`a frame of ${length} bytes`);
  return length;
}

function readFrame(frame: Buffer, limits: FrameLimits, onFrame: OnFrame): void {
  const jsonEnd = LENGTHS_BYTES + frame.readUInt32LE(4);
  const json = frame.toString('utf8', LENGTHS_BYTES, jsonEnd);
  if (json.length > SMALL_JSON && countValues(json) > limits.values) throw new Error('a frame of too many values');
  const message: unknown = JSON.parse(json);
  onFrame(message, frame.subarray(jsonEnd));
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b];

/** Arrays and objects in JSON text, whether or not it is well formed. */
function countValues(json: string): number {
  let count = 0;
  let isInString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (isInString && code === BACKSLASH) index += 1;
    else if (code === QUOTE) isInString = !isInString;
    else if (!isInString && (code === BRACKET || code === BRACE)) count += 1;
  }
  return count;
}
