import type { GuestTools } from '../build.ts';

/** Few bytes, a million instances: components that instantiate each other ten times, six deep. */
export function make({ parse }: GuestTools): Promise<Uint8Array> {
  const instances = '(instance (instantiate $inner)) '.repeat(10);
  let component = '(component (core module $m (memory 1)) (core instance (instantiate $m)))';
  for (let depth = 0; depth < 6; depth += 1) {
    component = `(component ${component.replace('(component', '(component $inner')} ${instances})`;
  }
  return parse(component);
}
