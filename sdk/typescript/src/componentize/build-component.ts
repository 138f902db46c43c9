import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { BuildError } from './build-error.ts';
import { bundle, type Bundle } from './bundle.ts';
import { importsOf } from './component-imports.ts';
import { createEvaluator, type Evaluator } from './engine/evaluator.ts';
import { toEvaluationError } from './evaluation-error.ts';
import { SOURCE_MAP_SECTION, withSection } from './source-map.ts';
import { findWit } from './wit-path.ts';

export interface BuildOptions {
  /** The job's module, TypeScript or JavaScript, that exports `handler`. */
  source: string;
  /** Where to write the component; its folder is made. Left out: nothing is written. */
  out?: string;
  /** The folder from which stacks name the job's files. Default: the current one. */
  root?: string;
  /** How long the module may run at build time, milliseconds. Default 10,000. */
  evaluationLimitMs?: number;
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

/** Builds one component after another; what a build needs first is kept for the next one. */
export interface Builder {
  /** Gets ready, so that the first build is as quick as the others. Throws where the toolchain is not installed. */
  prepare(): Promise<void>;
  /** As {@link buildComponent}. */
  build(options: BuildOptions): Promise<BuiltComponent>;
  close(): Promise<void>;
}

const EVALUATION_LIMIT_MS = 10_000;

/**
 * `witPath`: the folder with job.wit. Default: the SDK's own. A builder that is not closed keeps no process alive.
 */
export function createBuilder({ witPath }: { witPath?: string } = {}): Builder {
  const evaluator = createEvaluator(resolve(witPath ?? findWit()));
  return {
    prepare: async () => {
      await Promise.all([evaluator.prepare(), import('rolldown')]);
    },
    build: (options) => build(evaluator, options),
    close: () => evaluator.close(),
  };
}

/**
 * Makes a component of a job's source: bundled, run once up to its exports inside QuickJS, and that state kept as the
 * component. The same sources make the same bytes. Takes a fraction of a second, the first time on a machine some seconds,
 * and writes nothing to the terminal. Types are not checked. Throws a {@link BuildError} that names file and line where the
 * source is at fault.
 */
export async function buildComponent({
  witPath,
  ...options
}: BuildOptions & { witPath?: string }): Promise<BuiltComponent> {
  const builder = createBuilder({ ...(witPath !== undefined && { witPath }) });
  try {
    return await builder.build(options);
  } finally {
    await builder.close();
  }
}

async function build(evaluator: Evaluator, options: BuildOptions): Promise<BuiltComponent> {
  const { source, out, root = '.' } = options;
  const file = resolve(source);
  const bundled = await bundle(file, resolve(root));
  const bytes = withMap(await componentize(evaluator, bundled, file, options), bundled);
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

async function componentize(
  evaluator: Evaluator,
  { entry, modules, sourceMap }: Bundle,
  source: string,
  { root = '.', evaluationLimitMs = EVALUATION_LIMIT_MS }: BuildOptions,
): Promise<Uint8Array> {
  const request = {
    modules: new Map([...modules].map(([name, code]) => [`/${name}`, code])),
    entry: `/${entry}`,
    epochSeconds: buildTime(),
  };
  const answer = await evaluator.evaluate(request, evaluationLimitMs);
  const file = relative(process.cwd(), source);
  switch (answer.kind) {
    case 'component':
      return answer.bytes;
    case 'threw':
      throw toEvaluationError(answer.message, source, sourceMap, resolve(root));
    case 'called-host':
      throw new BuildError(`${file} calls the host while it is built`, {
        hint: 'Use kv, http, log, config and emit inside the job function; the rest of the module runs at build time.',
      });
    case 'timed-out':
      throw new BuildError(`${file} has not ended after ${evaluationLimitMs / 1000} s of running while it is built`, {
        hint: 'The module outside of the job function runs at build time: look for a loop there.',
      });
    case 'trapped':
      throw new BuildError(`${file} stops the engine while it is built: ${answer.message}`, {
        hint: 'The module outside of the job function runs at build time: look for functions that call themselves without end.',
      });
    case 'failed':
      throw new BuildError(`cannot make a component of ${file}: ${answer.message}`);
  }
}

/**
 * What the clock stands at while a job is built, seconds since 1970: as other tools that build the same bytes of the same
 * sources have it, by SOURCE_DATE_EPOCH, or 0.
 */
function buildTime(): number {
  const given = process.env.SOURCE_DATE_EPOCH ?? '';
  if (given === '') return 0;
  const seconds = Number(given);
  if (Number.isSafeInteger(seconds) && seconds >= 0) return seconds;
  throw new BuildError(`SOURCE_DATE_EPOCH is no number of seconds since 1970: ${given}`, {
    hint: 'Unset it, or set e.g. 0.',
  });
}

/** Never half a component: whoever watches the file sees the old one or the new one. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, content);
  await rename(part, path);
}
