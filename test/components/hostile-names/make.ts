import { Buffer } from 'node:buffer';

import type { GuestTools } from '../build.ts';

const NAME = 'jobico:job/handler@0.1.0#handle';

/**
 * A job that fits the world, but for the name of the core function behind `handle`, which ends a JavaScript literal
 * and goes on as code. It is as long as the one it replaces, so that nothing else of the bytes changes.
 */
export async function make({ build }: GuestTools): Promise<Uint8Array> {
  const bytes = Buffer.from(await build('unreachable'));
  const hostile = `'+process.exit(66)+'`.padEnd(NAME.length, ' ');
  return Buffer.from(bytes.toString('latin1').replaceAll(NAME, hostile), 'latin1');
}
