/** The names that a component imports, in its own order. Throws a `RangeError` for bytes that are no component. */
export function importsOf(component: Uint8Array): string[] {
  if (!isComponent(component)) throw new RangeError('not a WebAssembly component');
  const reader = createReader(component, 8);
  const names: string[] = [];
  while (!reader.isAtEnd()) {
    const section = reader.byte();
    const end = reader.number() + reader.position();
    if (section === IMPORT_SECTION) {
      for (let count = reader.number(); count > 0; count -= 1) names.push(readImport(reader));
    }
    reader.moveTo(end);
  }
  return names;
}

const IMPORT_SECTION = 10;
const CORE_MODULE = 0x00;
const TYPE = 0x03;
const VALUE = 0x02;

function isComponent(bytes: Uint8Array): boolean {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
  return header.every((byte, index) => bytes[index] === byte);
}

type Reader = ReturnType<typeof createReader>;

function readImport(reader: Reader): string {
  const form = reader.byte();
  const name = reader.text();
  if (form === 0x02) reader.text();
  const sort = reader.byte();
  if (sort === CORE_MODULE) reader.byte();
  // A type is bounded by another or by none; a value has one form with an index, too.
  const hasIndex = sort === TYPE || sort === VALUE ? reader.byte() === 0x00 || sort === VALUE : true;
  if (hasIndex) reader.number();
  return name;
}

function createReader(bytes: Uint8Array, start: number) {
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
