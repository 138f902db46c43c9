/** jco's names stay; its module becomes the body of a function, to be compiled from memory without a module loader. */
const REWRITES: readonly (readonly [what: string, from: RegExp, to: string])[] = [
  ['the directive', /^"use components";$/m, '"use strict";'],
  ['instantiate', /^ *export function instantiate\(/m, 'function instantiate('],
  ['the exported helpers', /^ *export const _util = \{\s*\}\s*$/m, 'return instantiate;'],
  ['the loader of core modules', /^ *if \(!getCoreModule\) getCoreModule = .*$/m, ''],
  // It reads the environment on every call, a third of what a call costs.
  ['the debug log', /^ *const _debugLog = \(\.\.\.args\) => \{\n.*\n.*\n *\};$/m, 'const _debugLog = () => {};'],
];

/**
 * The body of a function that returns jco's `instantiate`. Patterns match whole lines from their start; names of a
 * component stand inside literals and hold no line break, so they match nothing here.
 */
export function toFunctionBody(module: string): string {
  return REWRITES.reduce((source, [what, from, to]) => {
    if (!from.test(source)) throw new Error(`jco writes ${what} differently than this reads it`);
    return source.replace(from, () => to);
  }, module);
}
