import { registerHooks } from 'node:module';

import { ownFile } from '../own-file.ts';

const SHIM = '@bytecodealliance/preview2-shim/';

/**
 * Makes every import of jco's WASI shim one of ours. wasm-tools and the translator read a hostile component, so they
 * get nothing from the host. Call it before either is imported.
 */
export function replaceWasiShim(): void {
  const url = ownFile('tools-wasi', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith(SHIM) ? { url, shortCircuit: true } : next(specifier, context),
  });
}
