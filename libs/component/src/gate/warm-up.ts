import { readFile } from 'node:fs/promises';

import { leb128 } from './leb128.ts';
import type { GateAnswer } from './messages.ts';
import { WARM_UP_WAT } from './warm-up-wat.ts';

/** The first run makes the tools' code run at all, and the second makes it fast; more change little. */
const RUNS = 2;
const CORE_MODULE_SECTION = 1;

/**
 * Has the tools' code compiled by the time that a component comes, by a component of our own that is as large as others:
 * one of the tools' own modules lies in it, which nothing uses.
 */
export async function warmUp(inspect: (bytes: Uint8Array) => Promise<GateAnswer>): Promise<void> {
  const { parse } = await import('@bytecodealliance/jco-transpile/wasm-tools');
  const tools = import.meta.resolve('@bytecodealliance/jco-transpile');
  const module = await readFile(new URL('../vendor/wasm-tools.core.wasm', tools));
  const component = Buffer.concat([
    await parse(WARM_UP_WAT),
    Buffer.of(CORE_MODULE_SECTION),
    Buffer.from(leb128(module.length)),
    module,
  ]);
  for (let run = 0; run < RUNS; run += 1) {
    const answer = await inspect(component);
    if (answer.kind !== 'passed')
      throw new Error(`the gate does not let its own component pass: ${JSON.stringify(answer)}`);
  }
}
