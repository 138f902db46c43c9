/**
 * Writes `contract-wat.ts`: the world `jobico:job/job` and the harmless part of WASI 0.2, as the type of a component.
 * Run it after a change of wit/: `node --conditions=@jobico/source src/gate/generate-contract.ts`. A test compares.
 * The WIT of WASI is the copy that comes with jco, which only those who build guests have installed.
 */
import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { componentEmbed, print } from '@bytecodealliance/jco-transpile/wasm-tools';

import { webAssembly } from '../sandbox/web-assembly.ts';

const WASI_VERSION = '0.2.12';

/** Interfaces of WASI that toolchains import by habit and that give a job nothing: no files, no sockets, no environment. */
const SAFE_WASI = [
  'cli/environment',
  'cli/exit',
  'cli/stdin',
  'cli/stdout',
  'cli/stderr',
  'cli/terminal-input',
  'cli/terminal-output',
  'cli/terminal-stdin',
  'cli/terminal-stdout',
  'cli/terminal-stderr',
  'clocks/monotonic-clock',
  'clocks/wall-clock',
  'filesystem/preopens',
  'filesystem/types',
  'io/error',
  'io/poll',
  'io/streams',
  'random/random',
  'random/insecure',
  'random/insecure-seed',
];

/** The contract's types in text form, one definition a line, ready to stand inside `(component …)`. */
export async function generateContract(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-contract-'));
  try {
    await layOutWit(folder);
    return await worldAsText(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function layOutWit(folder: string): Promise<void> {
  const wasi = fileURLToPath(
    new URL(`../lib/wit/builtin/${WASI_VERSION}`, import.meta.resolve('@bytecodealliance/jco')),
  );
  await mkdir(join(folder, 'deps'));
  for (const name of ['cli', 'clocks', 'filesystem', 'io', 'random', 'sockets']) {
    await cp(join(wasi, `wasi-${name}`), join(folder, 'deps', `wasi-${name}`), { recursive: true });
  }
  await cp(fileURLToPath(new URL('../../../../wit', import.meta.url)), join(folder, 'deps/job'), { recursive: true });
  const imports = SAFE_WASI.map((name) => `    import wasi:${name}@${WASI_VERSION};`);
  const world = ['world contract {', '    include jobico:job/job@0.1.0;', ...imports, '}'];
  await writeFile(join(folder, 'contract.wit'), ['package jobico:gate;', ...world].join('\n'));
}

/** wit-component encodes a world as `(component (type (component (type (component …the world… )) …)) …)`. */
async function worldAsText(folder: string): Promise<string> {
  const dummy = await componentEmbed({ dummy: true, witPath: folder, world: 'contract' });
  const module = new webAssembly.Module(dummy);
  const [encoded] = webAssembly.Module.customSections(module, 'component-type');
  if (encoded === undefined) throw new Error('wit-component embedded no world');
  const text = await print(new Uint8Array(encoded));
  const world = /^ {8}\(component\n([^]*?)^ {8}\)\n/m.exec(text)?.[1];
  if (world === undefined) throw new Error('wit-component encodes a world differently than this reads it');
  return world.replace(/^ {8}/gm, '');
}

/** The TypeScript file that holds the contract. */
export function contractFile(wat: string): string {
  return [
    '/** Generated from wit/ by generate-contract.ts; do not edit. */',
    `export const CONTRACT_WAT = \`\n${wat.replace(/[`\\$]/g, String.raw`\$&`)}\`;`,
    '',
  ].join('\n');
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('contract-wat.ts', import.meta.url));
  await writeFile(file, contractFile(await generateContract()));
}
