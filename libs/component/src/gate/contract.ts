import { CONTRACT_WAT } from './contract-wat.ts';

/** What a component must fit: the interfaces it may import, and the ones it has to export, by their types' indices. */
export interface Contract {
  /** Canonical name to index of the instance in the text. */
  readonly imports: ReadonlyMap<string, number>;
  readonly exports: readonly { readonly name: string; readonly type: number }[];
  /** The text without the exports. */
  readonly wat: string;
}

/** WASI 0.2.x only ever adds, so any 0.2.x is checked against the one version that the contract names. */
export function canonicalName(name: string): string {
  return name.replace(/^(wasi:[a-z-]+\/[a-z-]+@0\.2)\.\d{1,3}$/, '$1');
}

/** The contract of the world `jobico:job/job` with the safe part of WASI. */
export function readContract(wat: string = CONTRACT_WAT): Contract {
  const imports = new Map<string, number>();
  for (const [, name = '', index] of wat.matchAll(/^ {2}\(import "([^"]+)" \(instance \(;(\d+);\)/gm)) {
    imports.set(canonicalName(name), Number(index));
  }
  const exports: { name: string; type: number }[] = [];
  const withoutExports = wat.replace(
    /^ {2}\(export .*"([^"]+)" \(instance \(type (\d+)\)\)\)\n/gm,
    (_line, name: string, type: string) => {
      exports.push({ name, type: Number(type) });
      return '';
    },
  );
  const hasMore = /^ {2}\((export|import) (?!"[^"]+" \(instance)/m.test(withoutExports);
  if (exports.length === 0 || hasMore) throw new Error('the contract may import and export interfaces only');
  return { imports, exports, wat: withoutExports };
}
