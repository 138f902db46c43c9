import { toBytes, toText } from '../text.ts';

/** The web's `TextEncoder`, for an engine without one. */
export class GuestTextEncoder {
  readonly encoding = 'utf-8';

  encode(text: unknown = ''): Uint8Array {
    return toBytes(String(text));
  }

  encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const bytes = toBytes(character);
      if (written + bytes.length > into.length) break;
      into.set(bytes, written);
      read += character.length;
      written += bytes.length;
    }
    return { read, written };
  }
}

/** The web's `TextDecoder`, for an engine without one: UTF-8 alone, and whole texts. */
export class GuestTextDecoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (!/^\s*utf-?8\s*$/i.test(label)) throw new RangeError(`a component decodes utf-8 alone, not ${label}`);
    this.fatal = options.fatal ?? false;
    this.ignoreBOM = options.ignoreBOM ?? false;
  }

  decode(input: ArrayBuffer | ArrayBufferView = new ArrayBuffer(0), options: { stream?: boolean } = {}): string {
    if (options.stream) throw new TypeError('a component decodes whole texts, not streams');
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    const text = toText(bytes);
    // U+FFFD may have been there, as the bytes that spell it; anything else does not come back the same.
    if (this.fatal && toBytes(text).length !== bytes.length) throw new TypeError('the bytes are not UTF-8');
    return !this.ignoreBOM && text.startsWith('\uFEFF') ? text.slice(1) : text;
  }
}
