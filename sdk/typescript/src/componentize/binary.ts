/** Reads the binary format of modules and components from `start` on. Throws a `RangeError` where it ends too early. */
export function createReader(bytes: Uint8Array, start: number) {
  let at = start;
  const byte = (): number => {
    const value = bytes[at];
    if (value === undefined) throw new RangeError('the component ends in the middle');
    at += 1;
    return value;
  };
  /** Unsigned LEB128, 32 bits. */
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw new RangeError('a number of the component is too long');
  };
  const text = (): string => {
    const length = number();
    at += length;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at - length, at));
  };
  return {
    byte,
    number,
    text,
    position: () => at,
    moveTo: (position: number) => {
      at = position;
    },
    isAtEnd: () => at >= bytes.length,
  };
}

export type Reader = ReturnType<typeof createReader>;

/** Unsigned LEB128. */
export function leb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 128 ? 128 : 0;
    bytes.push((rest % 128) | more);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** What begins a module and a component, with the version. */
export const HEADER_LENGTH = 8;

export interface Section {
  id: number;
  content: Uint8Array;
}

/** Sections of a module or a component that have a meaning here. */
export const SECTION = { custom: 0, coreModule: 1, component: 4 } as const;

export function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = createReader(bytes, HEADER_LENGTH);
  const sections: Section[] = [];
  while (!reader.isAtEnd()) {
    const id = reader.byte();
    const length = reader.number();
    const start = reader.position();
    if (start + length > bytes.length) throw new RangeError('a section of the component is cut off');
    sections.push({ id, content: bytes.subarray(start, start + length) });
    reader.moveTo(start + length);
  }
  return sections;
}

/** The module or component that has these sections after the header of `like`. */
export function withSections(like: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts = sections.flatMap(({ id, content }) => [Buffer.of(id), leb128(content.length), content]);
  return Buffer.concat([like.subarray(0, HEADER_LENGTH), ...parts]);
}

/** A vector with more elements at its end. */
export function appended(vector: Uint8Array, elements: readonly Uint8Array[]): Uint8Array {
  const reader = createReader(vector, 0);
  const count = reader.number();
  return Buffer.concat([leb128(count + elements.length), vector.subarray(reader.position()), ...elements]);
}

/** A name as both formats write it. */
export function nameBytes(name: string): Buffer {
  const bytes = new TextEncoder().encode(name);
  return Buffer.concat([leb128(bytes.length), bytes]);
}
