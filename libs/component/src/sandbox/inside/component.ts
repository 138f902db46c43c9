import { compileFunction } from 'node:vm';

import { webAssembly } from '../web-assembly.ts';
import type { Instance, Memory, Module } from '../web-assembly.ts';
import type { ComponentLimits, LoadMessage } from '../wire.ts';
import type { Imports } from './imports.ts';
import { createSourcePlaces } from './source-places.ts';
import type { SourcePlaces } from './source-places.ts';
import { createPlatform } from './platform.ts';

/** jco's `instantiate`; the last two make it synchronous. */
type Instantiate = (
  getCoreModule: (name: string) => Module,
  imports: Imports,
  instantiateCore: (module: Module, imports?: object) => Instance,
) => unknown;

/** The function that the gate made of jco's module, of which the parameters are the names of the platform. */
type Code = (...globals: unknown[]) => Instantiate;

/** A compiled component, from which instances are made. */
export interface Component {
  readonly mode: 'sync' | 'jspi';
  readonly config: ReadonlyMap<string, string | { readonly absent: string }>;
  readonly limits: ComponentLimits;
  readonly isFresh: boolean;
  /** Undefined for a component without a source map. */
  readonly places: SourcePlaces | undefined;
  /** One more set of instances of its core modules. */
  instantiate(imports: Imports): CoreInstances;
}

export interface CoreInstances {
  /** The event as the record of the WIT, in camel case; the result, or a promise of it in mode `jspi`. */
  readonly handle: (event: object) => unknown;
  /** The memories that its core modules export. */
  readonly memories: ReadonlySet<Memory>;
  /** Nothing of them runs any more. */
  readonly stop: () => void;
}

const HANDLER = 'jobico:job/handler@0.1.0';

export function compileComponent(message: LoadMessage, bytes: Uint8Array): Component {
  const [, , mode, sourceLength, moduleLengths, config, limits, isFresh, sourceMapLength] = message;
  const modules = compileModules(moduleLengths, bytes.subarray(sourceLength));
  const source = new TextDecoder().decode(bytes.subarray(0, sourceLength));
  const { globals } = createPlatform();
  const code = compileFunction(source, Object.keys(globals)) as Code;
  const getCoreModule = (name: string): Module => {
    const module = modules.get(name);
    if (module === undefined) throw new Error(`there is no core module ${name}`);
    return module;
  };
  return {
    mode,
    config: new Map(config),
    limits,
    isFresh,
    places: createSourcePlaces(bytes.subarray(bytes.length - sourceMapLength)),
    instantiate: (imports) => instantiateWith(code, getCoreModule, imports),
  };
}

function compileModules(lengths: LoadMessage[4], bytes: Uint8Array): Map<string, Module> {
  let start = 0;
  return new Map(
    lengths.map(([name, length]) => {
      const module = new webAssembly.Module(bytes.subarray(start, start + length));
      start += length;
      return [name, module];
    }),
  );
}

function instantiateWith(code: Code, getCoreModule: (name: string) => Module, imports: Imports): CoreInstances {
  const platform = createPlatform();
  const memories = new Set<Memory>();
  const instantiateCore = (module: Module, coreImports?: object): Instance => {
    const instance = new webAssembly.Instance(module, coreImports);
    for (const value of Object.values(instance.exports)) {
      if (value instanceof webAssembly.Memory) memories.add(value);
    }
    return instance;
  };
  try {
    const instantiate = code(...Object.values(platform.globals));
    const { handle } = handlerOf(instantiate(getCoreModule, imports, instantiateCore));
    return { handle, memories, stop: platform.stop };
  } catch (error) {
    platform.stop();
    throw error;
  }
}

function handlerOf(exports: unknown): Pick<CoreInstances, 'handle'> {
  const handler = (exports as Record<string, CoreInstances | undefined>)[HANDLER];
  if (handler === undefined) throw new Error(`there is no ${HANDLER}`);
  return handler;
}
