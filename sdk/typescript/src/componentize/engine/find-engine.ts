import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BuildError } from '../build-error.ts';
import { createReader, HEADER_LENGTH, SECTION } from '../binary.ts';
import { CORE, contentOf, exportsOf } from './core-module.ts';

const MODULE_HEADER = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const LAST_SECTION = 13;
/** Smaller modules in the add-on are adapters, and functions that are not called. */
const SMALLEST_ENGINE = 200_000;

/**
 * QuickJS as a core module, which componentize-qjs has inside its native add-on, and gives to nobody. Of the four there,
 * the one without asynchronous functions that is optimized for speed.
 */
export async function findEngine(): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  // Its own file knows which add-on is for this machine.
  void require('componentize-qjs');
  const addOn = Object.keys(require.cache).find((file) => /componentize-qjs[^/\\]*\.node$/.test(file));
  const engines = addOn === undefined ? [] : modulesIn(await readFile(addOn)).filter(isEngine);
  const [largest] = engines.toSorted((a, b) => codeSizeOf(b) - codeSizeOf(a));
  if (largest !== undefined) return largest;
  throw new BuildError('componentize-qjs has no engine that is known here', {
    hint: 'Install the version that this SDK names in its peerDependencies.',
  });
}

const codeSizeOf = (module: Uint8Array): number => contentOf(module, CORE.code)?.length ?? 0;

function isEngine(module: Uint8Array): boolean {
  if (module.length < SMALLEST_ENGINE) return false;
  const names = new Set(exportsOf(module).map(({ name }) => name));
  const isAsync = Buffer.from(contentOf(module, CORE.import) ?? []).includes('[waitable-set-new]');
  return names.has('init') && names.has('wit_dylib_initialize') && !isAsync;
}

function modulesIn(file: Buffer): Uint8Array[] {
  const modules: Uint8Array[] = [];
  for (let at = file.indexOf(MODULE_HEADER); at >= 0;) {
    const module = file.subarray(at, endOfModule(file, at));
    modules.push(module);
    at = file.indexOf(MODULE_HEADER, at + Math.max(HEADER_LENGTH, module.length));
  }
  return modules;
}

/** Nothing says how long a module is: it ends where no section follows. */
function endOfModule(file: Uint8Array, start: number): number {
  const reader = createReader(file, start + HEADER_LENGTH);
  for (let end = reader.position(); ; end = reader.position()) {
    try {
      const id = reader.byte();
      const length = reader.number();
      const next = reader.position() + length;
      if (id > LAST_SECTION || length === 0 || next > file.length) return end;
      if (id === SECTION.custom && !isCustom(file.subarray(reader.position(), next))) return end;
      reader.moveTo(next);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) return end;
      throw error;
    }
  }
}

function isCustom(content: Uint8Array): boolean {
  const reader = createReader(content, 0);
  const name = reader.text();
  return reader.position() <= content.length && /^[\x20-\x7e]+$/.test(name);
}
