import { buildGuest } from '../../../../test/components/build.ts';

/** A component that fits the world `job`. */
export async function component(guest = 'echo'): Promise<Buffer> {
  return Buffer.from(await buildGuest(guest));
}
