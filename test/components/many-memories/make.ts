import type { GuestTools } from '../build.ts';

/** A hundred core modules, each with a memory of its own. */
export function make({ parse }: GuestTools): Promise<Uint8Array> {
  const modules = Array.from({ length: 100 }, (_, index) => {
    return `(core module $m${index} (memory 1)) (core instance (instantiate $m${index}))`;
  });
  return parse(`(component ${modules.join('\n')})`);
}
