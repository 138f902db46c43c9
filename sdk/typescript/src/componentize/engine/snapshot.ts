import { createReader, leb128, SECTION, sectionsOf, withSections } from '../binary.ts';
import { CORE, contentOf, globalsOf, I32 } from './core-module.ts';
import type { Engine, Evaluated } from './evaluate.ts';

/** The component whose engine begins as the evaluated one has ended. */
export function snapshotOf(engine: Engine, evaluated: Evaluated): Uint8Array {
  const modules = new Map(
    engine.modules.map(({ bytes }, index) => [bytes, moduleAfter(bytes, evaluated.memory, evaluated.globals[index])]),
  );
  const replace = (component: Uint8Array): Uint8Array =>
    withSections(
      component,
      sectionsOf(component).map(({ id, content }) => {
        if (id === SECTION.coreModule) return { id, content: replacementOf(content, modules) };
        return { id, content: id === SECTION.component && contains(content, engine.part) ? replace(content) : content };
      }),
    );
  return replace(engine.component);
}

/** All are views of the same bytes. */
const contains = (outer: Uint8Array, inner: Uint8Array): boolean =>
  outer.byteOffset <= inner.byteOffset && inner.byteOffset + inner.length <= outer.byteOffset + outer.length;

function replacementOf(module: Uint8Array, replacements: ReadonlyMap<Uint8Array, Uint8Array>): Uint8Array {
  for (const [before, after] of replacements) if (before.byteOffset === module.byteOffset) return after;
  return module;
}

function moduleAfter(
  module: Uint8Array,
  memory: Uint8Array,
  globals: ReadonlyMap<number, number | bigint> | undefined,
): Uint8Array {
  const hasMemory = contentOf(module, CORE.memory) !== undefined;
  return withSections(
    module,
    sectionsOf(module).map(({ id, content }) => {
      if (id === CORE.global && globals) return { id, content: globalsWith(module, globals) };
      if (id === CORE.memory) return { id, content: memoryOf(content, memory.length) };
      return { id, content: id === CORE.data && hasMemory ? dataOf(memory) : content };
    }),
  );
}

const I64 = 0x7e;

function globalsWith(module: Uint8Array, values: ReadonlyMap<number, number | bigint>): Uint8Array {
  const globals = globalsOf(module).map(({ type, isMutable, initial }, index) => {
    const value = values.get(index);
    const begins = value !== undefined && (type === I32 || type === I64) ? constant(type, BigInt(value)) : initial;
    return Buffer.concat([Buffer.of(type, isMutable ? 1 : 0), begins]);
  });
  return Buffer.concat([leb128(globals.length), ...globals]);
}

const constant = (type: number, value: bigint): Buffer =>
  Buffer.from([type === I32 ? 0x41 : 0x42, ...signedLeb128(value), 0x0b]);

function signedLeb128(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

const PAGE = 65_536;

/** One memory, which begins as large as it has become. */
function memoryOf(content: Uint8Array, bytes: number): Uint8Array {
  const reader = createReader(content, 0);
  const [count, flags] = [reader.number(), reader.byte()];
  reader.number();
  return Buffer.concat([leb128(count), Buffer.of(flags), leb128(bytes / PAGE), content.subarray(reader.position())]);
}

/** Zeros between two segments that cost less than a segment of its own. */
const GAP_WORDS = 1;
const WORD = 8;

/** The memory's content as segments, what is zero left out. */
function dataOf(memory: Uint8Array): Uint8Array {
  const words = new BigUint64Array(memory.buffer, memory.byteOffset, memory.length / WORD);
  const segments: Uint8Array[] = [];
  let start = -1;
  let end = -1;
  const close = (): void => {
    if (start >= 0) segments.push(segmentOf(memory, start * WORD, end * WORD));
  };
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] === 0n) continue;
    if (start < 0 || at - end > GAP_WORDS) {
      close();
      start = at;
    }
    end = at + 1;
  }
  close();
  return Buffer.concat([leb128(segments.length), ...segments]);
}

function segmentOf(memory: Uint8Array, firstWord: number, afterLast: number): Uint8Array {
  let start = firstWord;
  let end = afterLast;
  while (memory[start] === 0) start += 1;
  while (memory[end - 1] === 0) end -= 1;
  const at = constant(I32, BigInt(start | 0));
  return Buffer.concat([Buffer.of(0), at, leb128(end - start), memory.subarray(start, end)]);
}
