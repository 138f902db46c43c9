import { createReader, SECTION, sectionsOf, type Reader } from '../binary.ts';
import { exportsOf, type Sort } from './core-module.ts';

/** How the core modules of a component are put together; indexes are into what earlier steps have made. */
export type Step =
  | { kind: 'instantiate'; module: number; imports: readonly { name: string; instance: number }[] }
  | { kind: 'bundle'; exports: readonly { name: string; sort: Sort; index: number }[] }
  | { kind: 'take'; sort: Sort; instance: number; name: string }
  /** A function of the host, `<interface>#<function>`, with where its texts and lists are. */
  | { kind: 'host'; name: string; memory: number | undefined; realloc: number | undefined };

export interface Wiring {
  modules: Uint8Array[];
  steps: Step[];
}

/** The component, among those nested in another, whose core modules are the engine. */
export function findEnginePart(component: Uint8Array): Uint8Array {
  const found = search(component);
  if (found === undefined) throw new RangeError('there is no engine in the component');
  return found;
}

function search(component: Uint8Array): Uint8Array | undefined {
  const sections = sectionsOf(component);
  if (sections.some(({ id, content }) => id === SECTION.coreModule && isEngine(content))) return component;
  for (const { id, content } of sections) {
    const found = id === SECTION.component ? search(content) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const isEngine = (module: Uint8Array): boolean => exportsOf(module).some(({ name }) => name === 'wit_dylib_initialize');

const ID = { coreInstance: 2, instance: 5, alias: 6, canon: 8, import: 10, export: 11 } as const;
/** The sorts of components that are counted here. */
const FUNCTION = 1;
const INSTANCE = 5;
const CORE_INSTANCE = 0x12;

/** Reads how the engine's modules are put together, from a component as wit-component encodes it. */
export function wiringOf(part: Uint8Array): Wiring {
  const wiring: Wiring = { modules: [], steps: [] };
  const names: Names = { functions: [], instances: [] };
  for (const { id, content } of sectionsOf(part)) {
    if (id === SECTION.coreModule) wiring.modules.push(content);
    const read = READERS[id];
    if (read === undefined) continue;
    const reader = createReader(content, 0);
    for (let count = reader.number(); count > 0; count -= 1) read(reader, wiring.steps, names);
  }
  return wiring;
}

/** Of the component's own functions and instances, what they are called by the host. */
interface Names {
  functions: string[];
  instances: string[];
}

const READERS: Readonly<Record<number, (reader: Reader, steps: Step[], names: Names) => void>> = {
  [ID.coreInstance]: readCoreInstance,
  [ID.alias]: readAlias,
  [ID.canon]: readCanon,
  [ID.import]: readImport,
  [ID.instance]: (reader, _steps, names) => {
    names.instances.push('');
    skipInstance(reader);
  },
  [ID.export]: (reader, _steps, names) => {
    readName(reader);
    const sort = reader.byte();
    if (sort === FUNCTION) names.functions.push('');
    if (sort === INSTANCE) names.instances.push('');
    reader.number();
    if (reader.byte() === 1) readExternType(reader);
  },
};

function readCoreInstance(reader: Reader, steps: Step[]): void {
  const isInstantiate = reader.byte() === 0;
  const module = isInstantiate ? reader.number() : 0;
  const args = Array.from({ length: reader.number() }, () => ({
    name: reader.text(),
    sort: reader.byte(),
    index: reader.number(),
  }));
  steps.push(
    isInstantiate
      ? { kind: 'instantiate', module, imports: args.map(({ name, index }) => ({ name, instance: index })) }
      : { kind: 'bundle', exports: args.map(({ name, sort, index }) => ({ name, sort: sort as Sort, index })) },
  );
}

function readAlias(reader: Reader, steps: Step[], names: Names): void {
  const sort = reader.byte();
  const coreSort = sort === 0 ? reader.byte() : undefined;
  const target = reader.byte();
  const instance = reader.number();
  if (target === 2) reader.number();
  else {
    const name = reader.text();
    if (coreSort !== undefined && coreSort !== CORE_INSTANCE) {
      steps.push({ kind: 'take', sort: coreSort as Sort, instance, name });
    }
    if (sort === FUNCTION) names.functions.push(`${names.instances[instance] ?? ''}#${name}`);
    if (sort === INSTANCE) names.instances.push('');
  }
}

const LIFT = 0;
const LOWER = 1;

function readCanon(reader: Reader, steps: Step[], names: Names): void {
  const form = reader.byte();
  if (form === LIFT) {
    reader.byte();
    reader.number();
    readOptions(reader);
    reader.number();
    names.functions.push('');
  } else if (form === LOWER) {
    reader.byte();
    const name = names.functions[reader.number()] ?? '';
    steps.push({ kind: 'host', name, ...readOptions(reader) });
  } else {
    // To make, drop and look at resources: each names its type.
    reader.number();
    steps.push({
      kind: 'host',
      name: form === 3 ? '#[resource-drop]' : `#canon ${form}`,
      memory: undefined,
      realloc: undefined,
    });
  }
}

function readOptions(reader: Reader): { memory: number | undefined; realloc: number | undefined } {
  const options: Record<number, number> = {};
  for (let count = reader.number(); count > 0; count -= 1) {
    const option = reader.byte();
    // Encodings of texts have no index.
    if (option > 2) options[option] = option === 6 ? 0 : reader.number();
  }
  return { memory: options[3], realloc: options[4] };
}

function readImport(reader: Reader, _steps: Step[], names: Names): void {
  const name = readName(reader);
  const sort = readExternType(reader);
  if (sort === INSTANCE) names.instances.push(name);
  if (sort === FUNCTION) names.functions.push(`#${name}`);
}

function readName(reader: Reader): string {
  const form = reader.byte();
  const name = reader.text();
  if (form === 2) reader.text();
  return name;
}

function readExternType(reader: Reader): number {
  const sort = reader.byte();
  if (sort === 0) reader.byte();
  // A type is bounded by another one or by none.
  const hasIndex = sort === 3 || sort === 2 ? reader.byte() === 0 || sort === 2 : true;
  if (hasIndex) reader.number();
  return sort;
}

function skipInstance(reader: Reader): void {
  const isInstantiate = reader.byte() === 0;
  if (isInstantiate) reader.number();
  for (let count = reader.number(); count > 0; count -= 1) {
    if (isInstantiate) reader.text();
    else readName(reader);
    if (reader.byte() === 0) reader.byte();
    reader.number();
  }
}
