import { existsSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, sep } from 'node:path';
import type { OutputChunk, OutputOptions, RolldownOptions } from 'rolldown';
import { BuildError } from './build-error.ts';
import { isBundleFault, toBundleError } from './bundle-error.ts';
import { ENTRY, extension, GLOBALS, guestModules, sdk } from './guest-modules.ts';
import { EVERY_PART, partsIn, type GuestPart } from './guest-parts.ts';
import { slimSourceMap, type SourceMap } from './source-map.ts';

/** ES modules by file name; they import each other by relative paths, and the host's interfaces. */
export interface Bundle {
  /** The name of the one that exports `handler`. */
  entry: string;
  modules: ReadonlyMap<string, string>;
  /** The files that the job is made of, absolute, without the SDK's own: a change of any makes another component. */
  inputs: readonly string[];
  /** Of the job's own module. */
  sourceMap: SourceMap | undefined;
}

const HOST_INTERFACES = /^jobico:job\//;
/** Where the SDK's own modules are; stacks leave them out. */
const OURS = 'jobico/';
const isOurs = (fileName: string): boolean => fileName.startsWith(OURS);

/**
 * A job's source with all that it imports, the host's interfaces left out, and the guest's half of the SDK around it.
 * What the job does not mention is not in it: each kilobyte of source takes seven in a component. Throws a
 * {@link BuildError} for a source that does not bundle. The source map names files as seen from `root`.
 */
export async function bundle(source: string, root: string): Promise<Bundle> {
  if (!existsSync(source)) throw new BuildError(`${relative(process.cwd(), source)} is not there`);
  const whole = await bundleWith(source, EVERY_PART);
  const theirs = [...whole.modules].filter(([name]) => !isOurs(name)).map(([, code]) => code);
  return bundleWith(source, partsIn(theirs.join('\n')), root);
}

async function bundleWith(source: string, parts: readonly GuestPart[], root?: string): Promise<Bundle> {
  const { rolldown } = await import('rolldown');
  const { lowerAsync } = await import('./lower-async.ts');
  const { compact } = await import('./compact.ts');
  const warnings: unknown[] = [];
  const onLog: RolldownOptions['onLog'] = (level, log) => {
    if (level === 'warn') warnings.push(log);
  };
  try {
    const plugins = [guestModules(source, parts), lowerAsync()];
    const build = await rolldown({ ...inputFor(source), plugins, onLog });
    try {
      const { output } = await build.generate({
        ...outputFor(source),
        sourcemap: root === undefined ? false : 'hidden',
      });
      const chunks = output.filter((file) => file.type === 'chunk');
      refuseUnresolved(chunks, warnings, source);
      const modules = new Map<string, string>();
      for (const { fileName, code } of chunks) modules.set(fileName, isOurs(fileName) ? compact(code) : code);
      const sourceMap = root === undefined ? undefined : sourceMapOf(chunks, root);
      return { entry: `${OURS}entry.js`, modules, inputs: inputsOf(chunks), sourceMap };
    } finally {
      await build.close();
    }
  } catch (error) {
    throw toBundleError(error, source, ENTRY);
  }
}

function inputFor(source: string): RolldownOptions {
  return {
    input: { entry: ENTRY },
    platform: 'neutral',
    external: HOST_INTERFACES,
    resolve: {
      // The SDK that builds is the one that is built in: its guest half and the host's interfaces belong together.
      alias: { '@jobico/sdk': join(sdk, `index${extension}`) },
      mainFields: ['module', 'main'],
      conditionNames: ['import', 'module', 'default'],
    },
    tsconfig: source.endsWith('.ts'),
    // Comments with the modules' paths, which differ from folder to folder.
    experimental: { attachDebugInfo: 'none' },
  };
}

/** The job in one file, which a stack names; the SDK in small ones, which leave less behind in the engine's memory. */
function outputFor(source: string): OutputOptions {
  const nameOf = (id: string): string => {
    if (id === GLOBALS) return `${OURS}globals`;
    // Names that begin with a zero are no paths: they are what the bundler adds to the job.
    const inSdk = id.startsWith('\0') ? '..' : relative(sdk, id);
    if (inSdk.startsWith('..') || isAbsolute(inSdk)) return basename(source, extname(source));
    return `${OURS}${inSdk.replaceAll(sep, '-').slice(0, -extension.length)}`;
  };
  return {
    format: 'esm',
    entryFileNames: `${OURS}[name].js`,
    chunkFileNames: '[name].js',
    comments: false,
    sourcemapPathTransform: (path, map) => join(dirname(map), path),
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: nameOf, test: (id) => id !== ENTRY }],
    },
  };
}

/** Of the chunk that stacks name: those of the SDK's own modules are left out of them. */
function sourceMapOf(chunks: readonly OutputChunk[], root: string): SourceMap | undefined {
  const job = chunks.find(({ fileName, map }) => !isOurs(fileName) && map !== null);
  return job?.map ? slimSourceMap(job.fileName, job.map, root) : undefined;
}

function inputsOf(chunks: readonly OutputChunk[]): string[] {
  const files = chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => !id.startsWith('\0'));
  return [...new Set(files)].filter((file) => relative(sdk, file).startsWith('..') || isAbsolute(relative(sdk, file)));
}

/** Left unresolved, an import would only be missed when the component is made, and nobody would say by which line. */
function refuseUnresolved(chunks: readonly OutputChunk[], warnings: unknown[], source: string): void {
  const ours = new Set(chunks.map(({ fileName }) => fileName));
  const missing = chunks
    .flatMap(({ imports }) => imports)
    .find((name) => !ours.has(name) && !HOST_INTERFACES.test(name));
  if (missing === undefined) return;
  const message = `cannot find ${missing}`;
  const hint = missing.startsWith('node:')
    ? 'A component is no Node.js program: it has no files, sockets or processes.'
    : 'Install it, or mend the name.';
  const isAboutIt = (log: unknown) => isBundleFault(log) && log.message.includes(`'${missing}'`);
  throw toBundleError(warnings.find(isAboutIt) ?? new Error(message), source, ENTRY, { message, hint });
}
