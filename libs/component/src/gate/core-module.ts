import type { Reader } from './reader.ts';
import { malformed } from './reader.ts';

export const CORE_PREAMBLE = '0,97,115,109,1,0,0,0';

/** What a memory or a table declares of its size. */
export interface Limits {
  readonly minimum: number;
  readonly isShared: boolean;
  readonly is64Bit: boolean;
  /** Bytes, for a memory. */
  readonly pageSize: number;
}

/** The parts of a core module that decide whether it may be translated. */
export interface CoreModule {
  readonly bytes: Uint8Array;
  /** The names of its imports (module and field) and of its exports. */
  readonly names: string[];
  readonly memories: Limits[];
  readonly tables: Limits[];
}

const LIMIT_FLAGS = { shared: 2, is64: 4, ownPageSize: 8 } as const;

export function readLimits(reader: Reader): Limits {
  const flags = reader.byte();
  if (flags > 15) malformed('a memory or table in it has limits of an unknown kind');
  const minimum = reader.number();
  if ((flags & 1) !== 0) reader.number();
  return {
    minimum,
    isShared: (flags & LIMIT_FLAGS.shared) !== 0,
    is64Bit: (flags & LIMIT_FLAGS.is64) !== 0,
    pageSize: (flags & LIMIT_FLAGS.ownPageSize) !== 0 ? 2 ** reader.number() : 65_536,
  };
}

function readValueType(reader: Reader): number {
  const type = reader.byte();
  if (type === 0x63 || type === 0x64) reader.number();
  return type;
}

function readTable(reader: Reader): Limits {
  if (readValueType(reader) === 0x40) malformed('a table in it has an initial value');
  return readLimits(reader);
}

function skipImportType(reader: Reader): void {
  const kind = reader.byte();
  switch (kind) {
    case 0:
      reader.number();
      break;
    case 1:
      readTable(reader);
      break;
    case 2:
      readLimits(reader);
      break;
    case 3:
      readValueType(reader);
      reader.byte();
      break;
    case 4:
      reader.byte();
      reader.number();
      break;
    default:
      malformed(`a core module in it imports something of the unknown kind ${kind}`);
  }
}

export function readCoreModule(reader: Reader): CoreModule {
  if (reader.preamble() !== CORE_PREAMBLE) malformed('a core module in it has no header');
  const module: CoreModule = { bytes: reader.bytes, names: [], memories: [], tables: [] };
  reader.sections({
    2: (imports) =>
      imports.each(() => {
        module.names.push(imports.name(), imports.name());
        skipImportType(imports);
      }),
    4: (tables) => tables.each(() => module.tables.push(readTable(tables))),
    5: (memories) => memories.each(() => module.memories.push(readLimits(memories))),
    7: (exports) =>
      exports.each(() => {
        module.names.push(exports.name());
        exports.byte();
        exports.number();
      }),
  });
  return module;
}
