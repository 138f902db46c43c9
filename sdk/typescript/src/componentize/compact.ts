import { minifySync } from 'rolldown/utils';

/** The SDK's own modules without comments and spaces. The names of functions stay, for stacks. */
export function compact(code: string): string {
  return minifySync('module.js', code, {
    module: true,
    compress: { keepNames: { function: true, class: true } },
    mangle: { toplevel: false, keepNames: true },
    codegen: { removeWhitespace: true },
  }).code;
}
