import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { BuildError } from './build-error.ts';
import { bundle, type Bundle } from './bundle.ts';
import { importsOf } from './component-imports.ts';
import { SOURCE_MAP_SECTION, withSection } from './source-map.ts';
import { findWit } from './wit-path.ts';

export interface BuildOptions {
  /** The job's module, TypeScript or JavaScript, that exports `handler`. */
  source: string;
  /** Where to write the component; its folder is made. Left out: nothing is written. */
  out?: string;
  /** The folder with job.wit. Default: the SDK's own. */
  witPath?: string;
  /** The folder from which stacks name the job's files. Default: the current one. */
  root?: string;
}

export interface BuiltComponent {
  /** `out`, absolute. */
  path?: string;
  bytes: Uint8Array;
  sizeBytes: number;
  /** The interfaces that it imports, e.g. `jobico:job/kv@0.1.0`: those of the world `job`, and none of WASI. */
  imports: string[];
  /** The files that it is made of, absolute, the SDK's own left out. */
  inputs: readonly string[];
}

/**
 * Makes a component of a job's source: bundled, run once up to its exports inside QuickJS, and that state kept as the
 * component. Takes about a second and writes nothing to the terminal. Types are not checked. Throws a
 * {@link BuildError} that names file and line where the source is at fault.
 */
export async function buildComponent({ source, out, witPath, root = '.' }: BuildOptions): Promise<BuiltComponent> {
  const file = resolve(source);
  const bundled = await bundle(file, resolve(root));
  const bytes = withMap(await componentize(bundled, file, resolve(witPath ?? findWit())), bundled);
  const built = { bytes, sizeBytes: bytes.length, imports: importsOf(bytes), inputs: bundled.inputs };
  if (out === undefined) return built;
  const path = resolve(out);
  await writeWhole(path, bytes);
  return { ...built, path };
}

function withMap(component: Uint8Array, { sourceMap }: Bundle): Uint8Array {
  if (sourceMap === undefined) return component;
  return withSection(component, SOURCE_MAP_SECTION, new TextEncoder().encode(JSON.stringify(sourceMap)));
}

async function componentize({ entry, modules }: Bundle, file: string, witPath: string): Promise<Uint8Array> {
  // 38 MB of native code: only who builds pays for it.
  const engine = await import('componentize-qjs');
  const folder = await mkdtemp(join(tmpdir(), 'jobico-build-'));
  try {
    for (const [name, code] of modules) await writeWhole(join(folder, name), code);
    const { component } = await engine.componentize({
      witPath,
      world: 'job',
      jsSource: modules.get(entry) ?? '',
      jsPath: join(folder, entry),
      moduleRoot: folder,
      sync: true,
      stubWasi: true,
    });
    return component;
  } catch (cause) {
    throw toBuildError(cause, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toBuildError(cause: unknown, source: string): BuildError {
  const file = relative(process.cwd(), source);
  const text = cause instanceof Error ? cause.message : String(cause);
  if (text.includes('unknown import: `jobico:job/')) {
    return new BuildError(`${file} calls the host while it is built`, {
      hint: 'Use kv, http, log, config and emit inside the job function; the rest of the module runs at build time.',
      cause,
    });
  }
  const [, evaluation] = /Failed to (?:finish|declare) JavaScript module(?: evaluation)?: ([^]*)/.exec(text) ?? [];
  if (evaluation === undefined) return new BuildError(`cannot make a component of ${file}: ${text.trim()}`, { cause });
  return new BuildError(`${file} fails while it is built: ${evaluation.trim()}`, {
    hint: 'The module outside of the job function runs at build time.',
    cause,
  });
}

/** Never half a component: whoever watches the file sees the old one or the new one. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, content);
  await rename(part, path);
}
