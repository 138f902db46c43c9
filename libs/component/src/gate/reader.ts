/** The bytes are no component as this gate understands one. The message says why, for the one who uploads it. */
export class Malformed extends Error {}

export function malformed(message: string): never {
  throw new Malformed(message);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Walks WebAssembly's binary format. Every read checks the end, so that no length in hostile bytes is believed. */
export class Reader {
  readonly bytes: Uint8Array;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.position === this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) malformed('it ends too early: the file is cut short');
    this.position += 1;
    return value;
  }

  /** An unsigned LEB128 number. Signed ones (heap and value types) are only skipped, for which this serves as well. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 10; read += 1) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
      scale *= 128;
    }
    return malformed('a number in it is too long');
  }

  take(length: number): Reader {
    const end = this.position + length;
    if (end > this.bytes.length) malformed('a part of it reaches past the end: the file is cut short or damaged');
    const taken = new Reader(this.bytes.subarray(this.position, end));
    this.position = end;
    return taken;
  }

  /** What is left, all of it. */
  rest(): Uint8Array {
    return this.take(this.bytes.length - this.position).bytes;
  }

  name(): string {
    const { bytes } = this.take(this.number());
    try {
      return utf8.decode(bytes);
    } catch {
      return malformed('a name in it is not UTF-8');
    }
  }

  /** A count and that many items. Each reads at least a byte, so a false count ends at the end of the bytes. */
  list(item: () => void): void {
    for (let left = this.number(); left > 0; left -= 1) item();
  }

  /** A list that fills the whole section. */
  each(item: () => void): void {
    this.list(item);
    if (!this.isAtEnd) malformed('a section in it is longer than its contents');
  }

  /** The eight bytes that tell a core module from a component, as text. */
  preamble(): string {
    return Array.from({ length: 8 }, () => this.byte()).join();
  }

  /** Calls the reader of each section that has one; the others are skipped. */
  sections(readers: Readonly<Record<number, (section: Reader) => void>>): void {
    while (!this.isAtEnd) {
      const id = this.byte();
      const body = this.take(this.number());
      readers[id]?.(body);
    }
  }
}
