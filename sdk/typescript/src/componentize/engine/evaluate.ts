import { appended, leb128, nameBytes, sectionsOf, withSections } from '../binary.ts';
import { buildHostFunction, HostCalled, lend, type BuildWorld, type CoreFunction, type Lent } from './build-host.ts';
import { CORE, countImports, globalsOf, SORT, type Sort } from './core-module.ts';
import { webAssembly, type Global, type Instance, type Memory, type Module } from './web-assembly.ts';
import { findEnginePart, wiringOf, type Step } from './wiring.ts';

/** An engine that can be started again and again, each time anew. */
export interface Engine {
  component: Uint8Array;
  /** Of the component, the one that has the engine's modules. */
  part: Uint8Array;
  steps: readonly Step[];
  modules: readonly { bytes: Uint8Array; compiled: Module; mutableGlobals: readonly number[] }[];
}

/** What an engine has become: the memory, and of each module the values of its mutable globals, by their index among its own. */
export interface Evaluated {
  memory: Uint8Array;
  globals: readonly ReadonlyMap<number, number | bigint>[];
}

/** The job's modules threw, or did not parse; the message is the engine's. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

export { HostCalled };

/** Compiles the modules of what {@link engineComponent} made. */
export function prepareEngine(component: Uint8Array): Engine {
  const part = findEnginePart(component);
  const { modules, steps } = wiringOf(part);
  return {
    component,
    part,
    steps,
    modules: modules.map((bytes) => {
      const mutableGlobals = globalsOf(bytes).flatMap(({ isMutable }, index) => (isMutable ? [index] : []));
      return { bytes, compiled: new webAssembly.Module(withExportedGlobals(bytes, mutableGlobals)), mutableGlobals };
    }),
  };
}

const globalName = (index: number): string => `jobico:global:${index}`;

/** A snapshot has what no export shows: the globals that a module keeps to itself. */
function withExportedGlobals(module: Uint8Array, indexes: readonly number[]): Uint8Array {
  const imported = countImports(module)[SORT.global];
  const exports = indexes.map((index) =>
    Buffer.concat([nameBytes(globalName(index)), Buffer.of(SORT.global), leb128(imported + index)]),
  );
  const sections = sectionsOf(module).map(({ id, content }) => ({
    id,
    content: id === CORE.export ? appended(content, exports) : content,
  }));
  return withSections(module, sections);
}

// What the linker's own front end hands to an engine first; the world `job` has no streams, which would add to it.
const SHIM = 'const wit = globalThis.wit = {};\n';

/**
 * Starts the engine and evaluates a module with all that it imports. Throws an {@link EvaluationError} for what the modules
 * throw, and {@link HostCalled} if they call the host.
 */
export function evaluate(engine: Engine, entry: string, world: BuildWorld): Evaluated {
  const { instances, lent } = instantiate(engine, world);
  const exports = instances.find(({ exports: { wit_dylib_initialize: is } }) => is !== undefined)?.exports ?? {};
  const call = (name: string, ...args: number[]): number => Number((exports[name] as CoreFunction)(...args));
  const source = world.modules.get(entry) ?? '';
  const answer = call('init', ...lend(lent, SHIM), ...lend(lent, source), 1, ...lend(lent, entry), 0);
  const failure = readFailure(lent.memory(), answer);
  call('cabi_post_init', answer);
  if (failure !== undefined) throw new EvaluationError(failure);
  return {
    memory: new Uint8Array(lent.memory().buffer),
    globals: instances.map(({ exports: own }, index) => {
      const names = engine.modules[index]?.mutableGlobals ?? [];
      return new Map(names.map((name) => [name, (own[globalName(name)] as Global).value]));
    }),
  };
}

/** The instances of the modules, by the modules' own order. */
function instantiate({ modules, steps }: Engine, world: BuildWorld): { instances: Instance[]; lent: Lent } {
  const made: Instance[] = [];
  const ofModule: Instance[] = [];
  const spaces: Record<Sort, unknown[]> = { 0: [], 1: [], 2: [], 3: [] };
  const lentBy = (memory: number | undefined, realloc: number | undefined): Lent => ({
    memory: () => spaces[SORT.memory][memory ?? 0] as Memory,
    realloc: (length) => Number((spaces[SORT.function][realloc ?? -1] as CoreFunction)(0, 0, 1, length)),
  });
  for (const step of steps) {
    if (step.kind === 'take') spaces[step.sort].push(made[step.instance]?.exports[step.name]);
    else if (step.kind === 'host') {
      spaces[SORT.function].push(buildHostFunction(step.name, lentBy(step.memory, step.realloc), world));
    } else if (step.kind === 'bundle') {
      const exports = step.exports.map(({ name, sort, index }) => [name, spaces[sort][index]]);
      made.push({ exports: Object.fromEntries(exports) as Record<string, unknown> });
    } else {
      const imports = step.imports.map(({ name, instance }) => [name, made[instance]?.exports]);
      const module = modules[step.module]?.compiled ?? {};
      const instance = new webAssembly.Instance(module, Object.fromEntries(imports) as object);
      made.push(instance);
      ofModule[step.module] = instance;
    }
  }
  const realloc = ofModule
    .map(({ exports }) => exports.cabi_realloc)
    .find((each) => each !== undefined) as CoreFunction;
  const lent = { ...lentBy(0, undefined), realloc: (length: number) => Number(realloc(0, 0, 1, length)) };
  return { instances: ofModule, lent };
}

/** Of a `result<_, string>`. */
function readFailure({ buffer }: Memory, at: number): string | undefined {
  const view = new DataView(buffer);
  if (view.getUint8(at) === 0) return undefined;
  return new TextDecoder().decode(new Uint8Array(buffer, view.getUint32(at + 4, true), view.getUint32(at + 8, true)));
}
