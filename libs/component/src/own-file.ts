/** A file of this package next to another: `.ts` when run from source, `.js` when compiled. */
export function ownFile(name: string, base: string): URL {
  return new URL(`${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
}
