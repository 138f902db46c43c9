/** The part of WebAssembly's JavaScript interface that is used here: Node's types leave it to the DOM's. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

export interface Global {
  readonly value: number | bigint;
}

/** A compiled core module; nothing of it is looked at. */
export type Module = object;

export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Interface {
  Module: new (bytes: Uint8Array) => Module;
  Instance: new (module: Module, imports?: object) => Instance;
}

export const webAssembly = (globalThis as unknown as { WebAssembly: Interface }).WebAssembly;
