import { createReader, sectionsOf, type Reader } from '../binary.ts';

/** Sections of a core module. */
export const CORE = {
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** The sorts of what a core module imports and exports. */
export const SORT = { function: 0, table: 1, memory: 2, global: 3 } as const;
export type Sort = (typeof SORT)[keyof typeof SORT];

export const I32 = 0x7f;

export interface CoreExport {
  name: string;
  sort: Sort;
  index: number;
}

/** A global that a module defines itself. */
export interface CoreGlobal {
  type: number;
  isMutable: boolean;
  /** The expression that it begins with. */
  initial: Uint8Array;
}

export function contentOf(module: Uint8Array, id: number): Uint8Array | undefined {
  return sectionsOf(module).find((section) => section.id === id)?.content;
}

export function exportsOf(module: Uint8Array): CoreExport[] {
  return listOf(contentOf(module, CORE.export), (reader) => ({
    name: reader.text(),
    sort: reader.byte() as Sort,
    index: reader.number(),
  }));
}

/** How many of each sort a module imports: its own come after them in the index space. */
export function countImports(module: Uint8Array): Record<Sort, number> {
  const count: Record<Sort, number> = { 0: 0, 1: 0, 2: 0, 3: 0 };
  listOf(contentOf(module, CORE.import), (reader) => {
    reader.text();
    reader.text();
    const sort = reader.byte() as Sort;
    if (sort === SORT.function) reader.number();
    else if (sort === SORT.global) reader.moveTo(reader.position() + 2);
    else {
      if (sort === SORT.table) reader.byte();
      skipLimits(reader);
    }
    count[sort] += 1;
  });
  return count;
}

/** The functions' types, each as its bytes in hexadecimal. */
export function typesOf(module: Uint8Array): string[] {
  const content = contentOf(module, CORE.type) ?? new Uint8Array();
  return listOf(content, (reader) => {
    const start = reader.position();
    reader.byte();
    for (const _ of ['parameters', 'results']) {
      const count = reader.number();
      reader.moveTo(reader.position() + count);
    }
    return Buffer.from(content.subarray(start, reader.position())).toString('hex');
  });
}

export function globalsOf(module: Uint8Array): CoreGlobal[] {
  const content = contentOf(module, CORE.global) ?? new Uint8Array();
  return listOf(content, (reader) => {
    const type = reader.byte();
    const isMutable = reader.byte() === 1;
    const start = reader.position();
    skipConstant(reader);
    return { type, isMutable, initial: content.subarray(start, reader.position()) };
  });
}

export function listOf<T>(content: Uint8Array | undefined, read: (reader: Reader) => T): T[] {
  if (content === undefined || content.length === 0) return [];
  const reader = createReader(content, 0);
  return Array.from({ length: reader.number() }, () => read(reader));
}

function skipLimits(reader: Reader): void {
  const flags = reader.byte();
  reader.number();
  if (flags & 1) reader.number();
}

const FIXED_WIDTH: Readonly<Record<number, number>> = { 0x43: 4, 0x44: 8 };
const END = 0x0b;

/** A constant expression of one instruction, or of what engines compute addresses with. */
function skipConstant(reader: Reader): void {
  for (;;) {
    const instruction = reader.byte();
    if (instruction === END) return;
    const width = FIXED_WIDTH[instruction];
    if (width !== undefined) reader.moveTo(reader.position() + width);
    // Numbers and indexes; the additions that extended expressions have are instructions alone.
    else if (![0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e].includes(instruction)) skipLeb(reader);
  }
}

function skipLeb(reader: Reader): void {
  while (reader.byte() >= 0x80);
}
