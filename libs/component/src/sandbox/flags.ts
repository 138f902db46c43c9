import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SandboxMemory {
  /** Bytes to which each memory of a component may grow; WebAssembly counts pages of 64 KiB. */
  readonly maxMemoryBytes: number;
  /** Bytes of JavaScript heap. */
  readonly maxHeapBytes: number;
}

/**
 * A sandbox that gets a few events a second would be among its first thousand for minutes: they would run in code that is
 * compiled for a quick start, which takes several times as long, and sandboxes with the same job would then compile its
 * core at the same time. V8 counts what a function has run before it compiles it for speed; its own threshold is nine times
 * as high. And once there is a pause, it would collect garbage twice for a few MiB, as much work as some hundred events.
 */
const QUICK_TO_SETTLE = ['--wasm-tiering-budget=200000', '--no-memory-reducer'];

/**
 * Node's flags for a sandbox. The permission model alone leaves holes: under it `node:sqlite` writes any file and
 * `node:ffi` loads, so those are taken away by name; see scrub.ts for the rest.
 */
export function sandboxFlags({ maxMemoryBytes, maxHeapBytes }: SandboxMemory, program: string): string[] {
  const sandboxFolder = dirname(fileURLToPath(import.meta.url));
  return [
    '--permission',
    `--allow-fs-read=${program}`,
    `--allow-fs-read=${sandboxFolder}`,
    `--allow-fs-read=${fileURLToPath(new URL('../wasi', import.meta.url))}`,
    '--no-experimental-sqlite',
    '--no-experimental-ffi',
    '--no-experimental-webstorage',
    '--no-experimental-websocket',
    '--no-addons',
    '--no-inspect',
    '--no-global-search-paths',
    '--no-warnings',
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${Math.ceil(maxHeapBytes / 2 ** 20)}`,
    `--wasm-max-mem-pages=${Math.ceil(maxMemoryBytes / 65_536)}`,
    '--wasm-max-table-size=1000000',
    ...QUICK_TO_SETTLE,
    '--wasm-max-committed-code-mb=512',
  ];
}
