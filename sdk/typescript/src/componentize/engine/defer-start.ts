import { appended, leb128, nameBytes, sectionsOf, withSections } from '../binary.ts';
import { CORE, contentOf, countImports, exportsOf, globalsOf, I32, listOf, SORT, typesOf } from './core-module.ts';

/** What the engine exports, and is called by; each is led to a function of ours. */
const STARTS = ['wit_dylib_initialize', 'init', 'cabi_post_init'] as const;
type Start = (typeof STARTS)[number];

const TYPES: Record<Start, string> = {
  wit_dylib_initialize: '60017f00',
  init: '60087f7f7f7f7f7f7f7f017f',
  cabi_post_init: '60017f00',
};

/**
 * The engine, changed so that its first `init` does nothing and says that all is well. componentize-qjs links it and calls
 * `init` once; what it makes of it is a component with an engine in it that has not started, whose `init` then starts it and
 * evaluates modules. So a component is linked once, and jobs are evaluated where clock and random numbers are ours.
 */
export function deferStart(engine: Uint8Array): Uint8Array {
  const added = addedFunctions(engine);
  const names = new Map(STARTS.map((name, index) => [name as string, added.first + index]));
  return withSections(
    engine,
    sectionsOf(engine).map(({ id, content }) => {
      if (id === CORE.function) return { id, content: appended(content, added.types) };
      if (id === CORE.global) return { id, content: appended(content, [ZERO, ZERO]) };
      if (id === CORE.code) return { id, content: appended(content, added.bodies) };
      if (id === CORE.export) return { id, content: exportsWith(engine, names) };
      return { id, content };
    }),
  );
}

const ZERO = Buffer.from([I32, 1, 0x41, 0, 0x0b]);

function addedFunctions(engine: Uint8Array) {
  const imported = countImports(engine);
  const [isCalled, description] = [0, 1].map((n) => leb128(imported[SORT.global] + globalsOf(engine).length + n));
  const types = typesOf(engine);
  const own = new Map(exportsOf(engine).map(({ name, index }) => [name, index]));
  const call = (name: Start): Buffer => Buffer.concat([Buffer.of(0x10), leb128(own.get(name) ?? -1)]);
  const bytes = (...parts: (number | Buffer | undefined)[]): Buffer =>
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : (part ?? Buffer.alloc(0)))));
  const parameters = bytes(...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [0x20, n]));
  // if (!isCalled) { isCalled = 1; return 0 }: at address 0, below the stack, stands a zero, which says `ok`.
  const onceOk = bytes(0x23, isCalled, 0x45, 0x04, 0x40, 0x41, 1, 0x24, isCalled, 0x41, 0, 0x0f, 0x0b);
  const startAndCall = bytes(0x23, description, call('wit_dylib_initialize'), parameters, call('init'));
  const code: Record<Start, Buffer> = {
    // description = parameter
    wit_dylib_initialize: bytes(0x20, 0, 0x24, description),
    init: bytes(onceOk, startAndCall),
    // That first answer was never allocated.
    cabi_post_init: bytes(0x20, 0, 0x45, 0x04, 0x40, 0x0f, 0x0b, 0x20, 0, call('cabi_post_init')),
  };
  return {
    first: imported[SORT.function] + listOf(contentOf(engine, CORE.function), (reader) => reader.number()).length,
    types: STARTS.map((name) => leb128(types.indexOf(TYPES[name]))),
    bodies: STARTS.map((name) => {
      const body = bytes(0, code[name], 0x0b);
      return bytes(leb128(body.length), body);
    }),
  };
}

function exportsWith(engine: Uint8Array, changed: ReadonlyMap<string, number>): Uint8Array {
  const exports = exportsOf(engine).map(({ name, sort, index }) =>
    Buffer.concat([nameBytes(name), Buffer.of(sort), leb128(changed.get(name) ?? index)]),
  );
  return Buffer.concat([leb128(exports.length), ...exports]);
}
