// Builds the components of the examples' jobs, each only when what it is made of has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { parsePackage, validatePackage } from '@jobico/contract';
import { buildComponent, BuildError } from '@jobico/sdk/build';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** One component of an example, after its turn. */
export interface ExampleStep {
  /** Folder under examples/. */
  example: string;
  /** Name of the job's source and of its component. */
  job: string;
  /** Of the component, absolute. */
  path: string;
  sizeBytes: number;
  durationMs: number;
  /** False where the component was up to date. */
  isBuilt: boolean;
}

interface Component {
  example: string;
  job: string;
  source: string;
  path: string;
}

/**
 * Brings every component that an example's package names up to date, two at a time; `onStep` is told of each as it is
 * done. Answers them in the order of the packages. Throws the `BuildError` of the first source that does not build.
 */
export async function buildExamples(options: { onStep?: (step: ExampleStep) => void } = {}): Promise<ExampleStep[]> {
  const components = (await Promise.all(packageFiles().map(componentsOf))).flat();
  const toolchain = await hashOf(toolchainFiles(), toolchainVersions());
  const steps: ExampleStep[] = [];
  const queue = components.entries();
  const work = async (): Promise<void> => {
    for (const [index, component] of queue) {
      const step = await bringUpToDate(component, toolchain);
      steps[index] = step;
      options.onStep?.(step);
    }
  };
  await Promise.all([work(), work()]);
  return steps;
}

/**
 * The packages of the examples in TypeScript, which are built and deployed without asking for any toolchain: in each
 * folder the YAML file of the folder's name. The others have a build file.
 */
export function packageFiles(): string[] {
  const files = globSync('examples/*/*.yaml', { cwd: root }).toSorted();
  return files
    .filter((file) => basename(file, '.yaml') === basename(dirname(file)))
    .map((file) => join(root, file))
    .filter((file) => !existsSync(join(dirname(file), 'jobico.build.yaml')));
}

async function componentsOf(file: string): Promise<Component[]> {
  const { runtimes } = validatePackage(parsePackage(await readFile(file, 'utf8')).value);
  const folder = dirname(file);
  return runtimes.map(({ moduleref }) => {
    const job = basename(moduleref, '.wasm');
    const path = join(folder, moduleref);
    return { example: basename(folder), job, source: join(folder, 'src', `${job}.ts`), path };
  });
}

async function bringUpToDate({ example, job, source, path }: Component, toolchain: string): Promise<ExampleStep> {
  const startedAt = performance.now();
  const hash = await hashOf(filesIn(dirname(source)), [toolchain, job]);
  const isBuilt = (await hashKept(path)) !== hash;
  if (isBuilt) {
    await buildComponent({ source, out: path });
    await writeFile(hashFile(path), hash);
  }
  const { size } = await stat(path);
  return { example, job, path, sizeBytes: size, durationMs: performance.now() - startedAt, isBuilt };
}

const hashFile = (path: string): string => `${path}.hash`;

/** The hash under which the component was built; nothing where either is missing. */
async function hashKept(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return await readFile(hashFile(path), 'utf8');
  } catch {
    return undefined;
  }
}

function filesIn(folder: string): string[] {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

const toolchainFiles = (): string[] => [...filesIn(join(root, 'sdk/typescript/src')), ...filesIn(join(root, 'wit'))];

const toolchainVersions = (): string[] =>
  ['componentize-qjs', 'rolldown'].map((name) => {
    const { version } = require(`${name}/package.json`) as { version: string };
    return `${name}@${version}`;
  });

async function hashOf(files: readonly string[], words: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(words.join('\n'));
  for (const file of files) hash.update(`\n${relative(root, file)}\n`).update(await readFile(file));
  return hash.digest('hex');
}

function describe({ example, job, sizeBytes, durationMs, isBuilt }: ExampleStep): string {
  const size = `${(sizeBytes / 1e6).toFixed(2)} MB`;
  return (
    `${example}/${job}`.padEnd(28) +
    size.padStart(9) +
    (isBuilt ? `${durationMs.toFixed(0)} ms` : 'unchanged').padStart(11)
  );
}

async function main(): Promise<void> {
  try {
    await buildExamples({ onStep: (step) => console.log(describe(step)) });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error([error.message, error.frame, error.hint].filter(Boolean).join('\n'));
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
