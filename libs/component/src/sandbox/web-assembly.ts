/**
 * The part of WebAssembly's JavaScript interface that is used here. Node's types leave it to the DOM's, which would
 * bring a browser's names along.
 */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

/** A compiled core module; nothing of it is looked at. */
export type Module = object;

export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Interface {
  validate(bytes: Uint8Array): boolean;
  Module: {
    new (bytes: Uint8Array): Module;
    imports(module: Module): { module: string; name: string }[];
    customSections(module: Module, name: string): ArrayBuffer[];
  };
  Instance: new (module: Module, imports?: object) => Instance;
  Memory: new (size: { initial: number }) => Memory;
}

/** `WebAssembly`, as it was when this was loaded. */
export const webAssembly = (globalThis as unknown as { WebAssembly: Interface }).WebAssembly;
