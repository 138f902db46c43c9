import type * as WasmTools from '@bytecodealliance/jco-transpile/wasm-tools';
import { JobicoError } from '@jobico/contract';

import { webAssembly } from '../sandbox/web-assembly.ts';
import { PREVIEW1_WAT } from './preview1-wat.ts';
import { PREVIEW1_WIT } from './preview1-wit.ts';

const PREVIEW1 = 'wasi_snapshot_preview1';
/** Magic and version: of a core module, and not of a component. */
const CORE_HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Whether bytes begin like a core module, which has to be made a component before it can be deployed. */
export function isCoreModule(bytes: Uint8Array): boolean {
  return CORE_HEADER.every((byte, index) => bytes[index] === byte);
}

/**
 * Makes the component of a core module that implements the world `job` by the canonical ABI, as compilers write them
 * that know nothing of components: Go's, and C's. What it imports of WASI preview 1 is joined in: clocks, random
 * numbers and output; the rest answers that there are no files, no arguments, no environment.
 *
 * `wit` is the text of job.wit. Throws `component-refused` with what does not fit.
 */
export async function componentOfCore(core: Uint8Array, wit: string): Promise<Uint8Array> {
  const tools = await import('@bytecodealliance/jco-transpile/wasm-tools');
  try {
    const embedded = await tools.componentEmbed({ binary: core, witSource: wit, world: 'job' });
    return await tools.componentNew(embedded, importsPreview1(core) ? [[PREVIEW1, await adapter(tools)]] : []);
  } catch (cause) {
    throw new JobicoError('component-refused', `The core module makes no component: ${reasonOf(cause)}.`, { cause });
  }
}

function importsPreview1(core: Uint8Array): boolean {
  return webAssembly.Module.imports(new webAssembly.Module(core)).some(({ module }) => module === PREVIEW1);
}

async function adapter(tools: typeof WasmTools): Promise<Uint8Array> {
  return tools.componentEmbed({
    binary: await tools.parse(PREVIEW1_WAT),
    witSource: PREVIEW1_WIT,
    world: 'adapter',
  });
}

/** The tools say the cause last, under what they were doing. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const last = text.trimEnd().split('\n').at(-1) ?? text;
  return last.replace(/^\s*\d+: /, '').trim();
}
