import type { GuestTools } from '../build.ts';

/** Imports `config` of the right name whose `get` takes a number. */
export function make({ parse }: GuestTools): Promise<Uint8Array> {
  return parse(`(component
    (import "jobico:job/config@0.1.0" (instance $config
      (export "get" (func (param "name" u32) (result u32)))))
    (instance $none)
    (export "jobico:job/handler@0.1.0" (instance $none)))`);
}
