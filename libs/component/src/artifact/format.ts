import { createHash } from 'node:crypto';

/**
 * Names the translator and the format. An artifact is only understood by the version that made it, so it is stored
 * under the component's digest and this.
 */
export const ARTIFACT_VERSION = 'jco-transpile-0.15.0-1';

/** `sync` calls the guest as a plain function; `jspi` suspends it while a host call is on its way. */
export type Mode = 'sync' | 'jspi';

/** One translation of a component. */
export interface Variant {
  /** Body of a function that returns jco's `instantiate(getCoreModule, imports, instantiateCore)`. */
  readonly source: string;
  /** Core modules by the name that the source asks for. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
}

/** Both translations of a component. */
export type Artifact = Readonly<Record<Mode, Variant>> & {
  /** The source map that the component came with, as JSON; nobody has checked it. */
  readonly sourceMap?: Uint8Array | undefined;
};

export const MAGIC = Buffer.from('jobico\0a');
/** The magic and the header's length. */
export const PREFIX_BYTES = MAGIC.length + 4;

export interface VariantHeader {
  /** Index of the part that holds the source. */
  readonly source: number;
  /** Name and index of the part, of each core module. */
  readonly modules: readonly (readonly [name: string, part: number])[];
}

/** JSON after the prefix; the parts follow it. */
export interface Header {
  readonly version: string;
  /** SHA-256 of all parts, hex: a blob that was cut or changed is not run. */
  readonly sha256: string;
  /** Lengths of the parts, in their order. */
  readonly parts: readonly number[];
  readonly variants: Readonly<Record<Mode, VariantHeader>>;
  /** Index of the part that holds the source map, if there is one. */
  readonly sourceMap?: number;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
