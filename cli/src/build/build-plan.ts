import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { JobicoError, parsePackage, validateBuildFile, type BuildFile, type RuntimeBuild } from '@jobico/contract';
import { withLines, type PackageFile } from '../deploy/package-file.ts';
import type { LocatedFault } from '../output/tell-error.ts';

/** Beside a package: how components are built that are not made of `src/<runtime>.ts`. */
export const BUILD_FILE = 'jobico.build.yaml';

/** One component of a package, and how it comes to be. */
export type BuildTarget = {
  /** The first of its runtimes. */
  runtime: string;
  /** Where the package refers to it, absolute. */
  path: string;
  /** As the package has it. */
  moduleref: string;
} & (
  | { kind: 'source'; source: string }
  | {
      kind: 'command';
      command: string;
      /** Where it runs, absolute. */
      folder: string;
      /** What it writes, absolute; it is copied to `path`. */
      output: string | undefined;
      needs: Readonly<Record<string, string>>;
      /** Files and folders, absolute, that it depends on. */
      watch: readonly string[];
    }
  /** Built by other means; it is there. */
  | { kind: 'prebuilt' }
);

const EXTENSIONS = ['ts', 'mts', 'js', 'mjs'];

/** How each component of a package is built. Throws `build-failed` for one that has neither a source nor a component. */
export async function planBuilds({ file, definition }: PackageFile): Promise<BuildTarget[]> {
  const folder = resolve(dirname(file));
  const { runtimes } = await readBuildFile(folder, definition.runtimes.map(({ id }) => id));
  const targets = new Map<string, BuildTarget>();
  for (const { id, moduleref } of definition.runtimes) {
    if (moduleref === undefined || targets.has(moduleref)) continue;
    targets.set(moduleref, targetOf(folder, id, moduleref, runtimes[id]));
  }
  return [...targets.values()];
}

async function readBuildFile(folder: string, known: readonly string[]): Promise<BuildFile> {
  const file = join(folder, BUILD_FILE);
  if (!existsSync(file)) return { runtimes: {} };
  const parsed = parsePackage(await readFile(file, 'utf8'));
  const located = (faults: readonly LocatedFault[]): LocatedFault[] =>
    faults.map((fault) => {
      const line = parsed.lineOf(fault.path);
      return { ...fault, file, ...(line !== undefined && { line }) };
    });
  return await withLines(located, () => {
    const found = validateBuildFile(parsed.value);
    const faults = Object.keys(found.runtimes)
      .filter((id) => !known.includes(id))
      .map((id) => ({
        path: `/runtimes/${id}`,
        message: 'the package has no such runtime',
        value: id,
        allowed: known.join(', '),
      }));
    if (faults.length > 0) throw new JobicoError('invalid', 'the build file does not fit the package', { faults });
    return found;
  });
}

function targetOf(folder: string, runtime: string, moduleref: string, given: RuntimeBuild | undefined): BuildTarget {
  const path = join(folder, moduleref);
  const base = { runtime, moduleref, path };
  if (given?.command !== undefined) return { ...base, kind: 'command', ...commandOf(folder, runtime, given.command, given) };
  if (given?.source !== undefined) return { ...base, kind: 'source', source: join(folder, given.source) };
  const stems = [...new Set([basename(moduleref).replace(/\.wasm$/, ''), runtime])];
  const candidates = stems.flatMap((stem) => EXTENSIONS.map((extension) => join('src', `${stem}.${extension}`)));
  const source = candidates.find((each) => existsSync(join(folder, each)));
  if (source !== undefined) return { ...base, kind: 'source', source: join(folder, source) };
  if (existsSync(path)) return { ...base, kind: 'prebuilt' };
  throw new JobicoError('build-failed', `nothing says how ${moduleref} is built, the component of runtime ${runtime}`, {
    hint: `Write ${stems.map((stem) => `src/${stem}.ts`).join(' or ')}, or say under runtimes.${runtime} of ${BUILD_FILE} what \`command\` builds it.`,
    details: { runtime, moduleref, lookedFor: [...candidates, moduleref] },
  });
}

function commandOf(folder: string, runtime: string, command: string, { output, needs = {}, watch, ...given }: RuntimeBuild) {
  const own = join(folder, runtime);
  const at = given.folder === undefined ? (existsSync(own) ? own : folder) : join(folder, given.folder);
  return {
    command,
    folder: at,
    output: output === undefined ? undefined : join(at, output),
    needs,
    watch: watch === undefined ? [at] : watch.map((each) => join(at, each)),
  };
}

/** What a component is known to depend on before it was built for the first time. */
export function sourceInputs(target: BuildTarget): readonly string[] {
  switch (target.kind) {
    case 'source':
      return [target.source];
    case 'command':
      return target.watch;
    case 'prebuilt':
      return [target.path];
  }
}
