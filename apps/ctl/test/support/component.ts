import { buildGuest } from '../../../../test/components/build.ts';

/** A component that fits the world `job`. */
export async function component(): Promise<Buffer> {
  return Buffer.from(await buildGuest('echo'));
}
