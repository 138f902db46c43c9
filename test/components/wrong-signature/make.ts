import type { GuestTools } from '../build.ts';

/** Exports a `handler` of the right name whose `handle` takes and gives a number. */
export function make({ componentOf }: GuestTools): Promise<Uint8Array> {
  return componentOf(
    '(module (func (export "jobico:job/handler@0.1.0#handle") (param i32) (result i32) (local.get 0)))',
    'package jobico:job@0.1.0; interface handler { handle: func(event: u32) -> u32; } world job { export handler; }',
  );
}
