/**
 * Builds the guests of the tests. A guest is a folder here, named for its behaviour, with one of
 * - `job.js`, `job.ts`: a job, componentized with QuickJS, against the product's world or the folder's `world.wit`;
 * - `job.wat`: a core module in text form that implements the world, made a component of it;
 * - `component.wat`: a component in text form;
 * - `make.ts`: a program for what no toolchain makes; its `make` gives the bytes.
 * What was built is kept in build/, under a hash of the folder and of what built it.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname;
const WIT = join(here, '../../wit');

/** What a guest's `make.ts` may use. */
export interface GuestTools {
  /** Another guest's bytes. */
  readonly build: (name: string) => Promise<Uint8Array>;
  /** WebAssembly text, of a core module or a component, as bytes. */
  readonly parse: (wat: string) => Promise<Uint8Array>;
  /** A core module made a component of the world `job` of this WIT, or of the product's. */
  readonly componentOf: (wat: string, witSource?: string) => Promise<Uint8Array>;
}

/** A guest's component; built once for each state of its source. */
export async function buildGuest(name: string): Promise<Uint8Array> {
  const folder = join(here, name);
  const kept = join(here, 'build', `${name}-${await hashOf(folder)}.wasm`);
  if (existsSync(kept)) return readFile(kept);
  const bytes = await makeGuest(name, folder);
  const part = `${kept}.${process.pid}.part`;
  await mkdir(join(here, 'build'), { recursive: true });
  await writeFile(part, bytes);
  await rename(part, kept);
  return bytes;
}

async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(folder)).toSorted().map((name) => join(folder, name));
  for (const file of [import.meta.filename, join(WIT, 'job.wit'), ...files]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function makeGuest(name: string, folder: string): Promise<Uint8Array> {
  const files = await readdir(folder);
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  if (files.includes('job.js')) return componentize(join(folder, 'job.js'), await read('job.js'));
  if (files.includes('job.ts')) return componentize(join(folder, 'job.ts'), stripTypeScriptTypes(await read('job.ts')));
  const tools = await guestTools();
  if (files.includes('job.wat')) return tools.componentOf(await read('job.wat'));
  if (files.includes('component.wat')) return tools.parse(await read('component.wat'));
  if (!files.includes('make.ts')) throw new Error(`there is no guest in ${folder}`);
  const { make } = (await import(join(folder, 'make.ts'))) as { make: (tools: GuestTools) => Promise<Uint8Array> };
  return make(tools);
}

async function componentize(jsPath: string, jsSource: string): Promise<Uint8Array> {
  const world = join(dirname(jsPath), 'world.wit');
  if (!existsSync(world)) return withQuickJs(WIT, jsPath, jsSource);
  const witPath = await mkdtemp(join(tmpdir(), 'jobico-guest-'));
  try {
    await layOutWit(witPath, world);
    return await withQuickJs(witPath, jsPath, jsSource);
  } finally {
    await rm(witPath, { recursive: true });
  }
}

/** `stubWasi` is left out: with a standard error, what a job throws stands in its log. */
async function withQuickJs(witPath: string, jsPath: string, jsSource: string): Promise<Uint8Array> {
  const { componentize: build } = await import('componentize-qjs');
  const { component } = await build({ witPath, world: 'job', jsPath, jsSource, sync: true });
  return component;
}

async function layOutWit(folder: string, world: string): Promise<void> {
  const wasi = fileURLToPath(new URL('../lib/wit/builtin/0.2.12', import.meta.resolve('@bytecodealliance/jco')));
  await cp(wasi, join(folder, 'deps'), { recursive: true });
  await cp(WIT, join(folder, 'deps/job'), { recursive: true });
  await cp(world, join(folder, 'world.wit'));
}

async function guestTools(): Promise<GuestTools> {
  const { componentEmbed, componentNew, parse } = await import('@bytecodealliance/jco-transpile/wasm-tools');
  const componentOf = async (wat: string, witSource?: string): Promise<Uint8Array> => {
    const wit = witSource ?? (await readFile(join(WIT, 'job.wit'), 'utf8'));
    const embedded = await componentEmbed({ binary: await parse(wat), witSource: wit, world: 'job' });
    return componentNew(embedded);
  };
  return { build: buildGuest, parse, componentOf };
}

if (import.meta.main) {
  const guests = (await readdir(here, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name } of guests.filter((guest) => guest.name !== 'build')) {
    const bytes = await buildGuest(name);
    console.log(`${name}: ${bytes.length} bytes`);
  }
}
