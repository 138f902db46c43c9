import type { GuestTools } from '../build.ts';

/** Declares 4 GiB of memory from the start. */
export function make({ parse }: GuestTools): Promise<Uint8Array> {
  return parse('(component (core module $m (memory 65536)) (core instance (instantiate $m)))');
}
