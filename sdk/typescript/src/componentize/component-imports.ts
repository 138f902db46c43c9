import { createReader, type Reader } from './binary.ts';

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
