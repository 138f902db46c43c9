import { CORE_PREAMBLE, readCoreModule } from './core-module.ts';
import type { CoreModule } from './core-module.ts';
import { malformed, Reader } from './reader.ts';

const COMPONENT_PREAMBLE = '0,97,115,109,13,0,1,0';
const MAX_NESTING = 8;

/** A component's outer structure; its types and its code are not decoded. */
export interface Structure {
  readonly imports: string[];
  readonly exports: string[];
  /** Every core module, those of nested components too, once each. */
  readonly modules: CoreModule[];
  /** Every name outside the core modules, at any depth. */
  readonly names: string[];
  /** How many core modules are instantiated, and what all those instances declare as their minimum. */
  instances: number;
  memories: number;
  memoryBytes: number;
  tableElements: number;
  /** What the component says of where its code comes from, unread. */
  sourceMap: Uint8Array | undefined;
}

/** The structure of a component. Throws Malformed for anything that is none. */
export function readStructure(bytes: Uint8Array): Structure {
  return readComponent(new Reader(bytes), 0);
}

function readComponent(reader: Reader, depth: number): Structure {
  const preamble = reader.preamble();
  if (preamble === CORE_PREAMBLE) malformed(depth === 0 ? CORE_MODULE : 'a nested component in it has no header');
  if (preamble !== COMPONENT_PREAMBLE) malformed('it is not a WebAssembly component');
  if (depth > MAX_NESTING) malformed('its components are nested too deeply');
  const found: Structure = {
    imports: [],
    exports: [],
    modules: [],
    names: [],
    instances: 0,
    memories: 0,
    memoryBytes: 0,
    tableElements: 0,
    sourceMap: undefined,
  };
  readSections(reader, found, depth);
  found.names.push(...found.imports, ...found.exports);
  return found;
}

const CORE_MODULE =
  'it is a core module, not a component: core modules of the first Jobico are not run; build the job again as a ' +
  'component of the world `jobico:job/job` (for JavaScript `jobico build`, for C and Rust wit-bindgen and the ' +
  'target wasm32-wasip2)';

/** A custom section; a larger one is left out of the artifact. */
const SOURCE_MAP = 'jobico:source-map';
export const MAX_SOURCE_MAP_BYTES = 1 << 20;

function readSections(reader: Reader, found: Structure, depth: number): void {
  const own: CoreModule[] = [];
  const nested: Structure[] = [];
  reader.sections({
    0: (body) => {
      if (depth === 0 && body.name() === SOURCE_MAP) found.sourceMap = body.rest();
    },
    1: (body) => {
      const module = readCoreModule(body);
      own.push(module);
      found.modules.push(module);
    },
    2: (body) => body.each(() => readCoreInstance(body, own, found)),
    4: (body) => {
      const inner = readComponent(body, depth + 1);
      nested.push(inner);
      for (const module of inner.modules) found.modules.push(module);
      for (const name of inner.names) found.names.push(name);
    },
    5: (body) => body.each(() => readInstance(body, nested, found)),
    6: (body) => body.each(() => readAlias(body, found)),
    10: (body) =>
      body.each(() => {
        found.imports.push(readExternName(body));
        skipExternType(body);
      }),
    11: (body) =>
      body.each(() => {
        found.exports.push(readExternName(body));
        skipSortIndex(body);
        if (body.byte() === 1) skipExternType(body);
      }),
  });
}

function readCoreInstance(body: Reader, own: readonly CoreModule[], found: Structure): void {
  const form = body.byte();
  if (form === 0) {
    const module = own[body.number()] ?? malformed('a core instance in it has no module');
    found.instances += 1;
    found.memories += module.memories.length;
    for (const memory of module.memories) found.memoryBytes += memory.minimum * memory.pageSize;
    for (const table of module.tables) found.tableElements += table.minimum;
  } else if (form !== 1) malformed('a core instance in it is of an unknown form');
  body.list(() => {
    found.names.push(body.name());
    refuseModules(0, body.byte());
    body.number();
  });
}

/** A nested component's sums are added for each time it is instantiated: nesting cannot hide what it multiplies. */
function readInstance(body: Reader, nested: readonly Structure[], found: Structure): void {
  const form = body.byte();
  if (form === 0) {
    const inner = nested[body.number()] ?? malformed('an instance in it has no component');
    found.instances += inner.instances;
    found.memories += inner.memories;
    found.memoryBytes += inner.memoryBytes;
    found.tableElements += inner.tableElements;
    body.list(() => {
      found.names.push(body.name());
      skipSortIndex(body);
    });
  } else if (form === 1) {
    body.list(() => {
      found.names.push(readExternName(body));
      skipSortIndex(body);
    });
  } else malformed('an instance in it is of an unknown form');
}

function readAlias(body: Reader, found: Structure): void {
  const sort = body.byte();
  refuseModules(sort, sort === 0 ? body.byte() : undefined);
  const target = body.byte();
  body.number();
  if (target === 0 || target === 1) found.names.push(body.name());
  else if (target === 2) body.number();
  else malformed('an alias in it is of an unknown form');
}

/** Names of imports and exports come as 0x00 or 0x01 and the text. */
function readExternName(body: Reader): string {
  if (body.byte() > 1) malformed('an import or export of it has a name of an unknown form');
  return body.name();
}

function skipExternType(body: Reader): void {
  const kind = body.byte();
  refuseModules(kind, kind === 0 ? body.byte() : undefined);
  if (kind === 2) {
    body.byte();
    body.number();
  } else if (kind === 3) {
    if (body.byte() === 0) body.number();
  } else if (kind > 5) malformed(`it imports or exports something of the unknown kind ${kind}`);
  else body.number();
}

function skipSortIndex(body: Reader): void {
  const sort = body.byte();
  refuseModules(sort, sort === 0 ? body.byte() : undefined);
  body.number();
}

/** Modules and components that are imported, exported or aliased would have indices that this reader cannot follow. */
function refuseModules(sort: number, coreSort?: number): void {
  if (sort === 4 || coreSort === 0x11) {
    malformed('a core module or a component in it is imported, exported or aliased, which no toolchain needs');
  }
}
