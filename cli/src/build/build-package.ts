import { availableParallelism } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { inspectComponent } from '@jobico/component';
import { asJobicoError, JobicoError, toProblem, type Problem } from '@jobico/contract';
import { createBuilder, type Builder } from '@jobico/sdk/build';
import { readPackageFile } from '../deploy/package-file.ts';
import { planBuilds, type BuildTarget } from './build-plan.ts';
import { buildTarget } from './build-target.ts';

/** What came of one component, as `jobico build --json` tells it. */
export type BuildItem = {
  runtime: string;
  /** Of the component, as seen from the current folder. */
  path: string;
  /** `source`: by the SDK; `command`: by the command of the build file; `prebuilt`: it was there. */
  kind: BuildTarget['kind'];
} & (
  | { ok: true; sizeBytes: number; digest: string; imports: readonly string[]; buildMs: number; gateMs: number }
  | { ok: false; error: Problem }
);

export interface BuildReport {
  /** The package's id. */
  package: string;
  tenant: string;
  items: BuildItem[];
}

export interface BuildOptions {
  /** Only the components of these runtimes. Default: all. */
  runtimes?: readonly string[];
  onStart?: (target: BuildTarget) => void;
  onOutput?: (text: string) => void;
  /** Told of each component as it is done, with the error of one that failed. */
  onDone?: (item: BuildItem, error?: JobicoError) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Builds the components of a package's file and puts each through the gate that a deploy has. A component that fails is in
 * the report, and does not keep the others from being built.
 */
export async function buildPackage(file: string, options: BuildOptions = {}): Promise<BuildReport> {
  const source = await readPackageFile(file);
  const { definition } = source;
  const targets = chosen(await planBuilds(source), definition.runtimes, options.runtimes);
  const root = resolve(dirname(file));
  const items: BuildItem[] = [];
  const queue = targets.entries();
  const builder = createBuilder();
  const work = async (): Promise<void> => {
    for (const [index, target] of queue) items[index] = await buildOne(target, root, { ...options, builder });
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism())) }, work));
  await builder.close();
  return { package: definition.id, tenant: definition.tenant, items };
}

/** The components that the named runtimes share may be named by any of them. */
function chosen(
  targets: readonly BuildTarget[],
  runtimes: readonly { id: string; moduleref?: string }[],
  names: readonly string[] | undefined,
): BuildTarget[] {
  if (names === undefined) return [...targets];
  const known = runtimes.filter(({ moduleref }) => moduleref !== undefined);
  const unknown = names.find((name) => !known.some(({ id }) => id === name));
  if (unknown !== undefined) {
    throw new JobicoError('usage', `the package has no runtime ${unknown}`, {
      hint: `It has ${known.map(({ id }) => id).join(', ')}.`,
    });
  }
  const wanted = new Set(known.filter(({ id }) => names.includes(id)).map(({ moduleref }) => moduleref));
  return targets.filter(({ moduleref }) => wanted.has(moduleref));
}

async function buildOne(
  target: BuildTarget,
  root: string,
  options: BuildOptions & { builder: Builder },
): Promise<BuildItem> {
  const { runtime, kind } = target;
  const base = { runtime, path: relative(process.cwd(), target.path), kind };
  options.onStart?.(target);
  try {
    const { bytes, durationMs } = await buildTarget(target, root, options);
    const gateAt = performance.now();
    const { sizeBytes, digest, imports } = await inspectComponent(bytes);
    const gateMs = Math.round(performance.now() - gateAt);
    const item: BuildItem = { ...base, ok: true, sizeBytes, digest, imports, buildMs: Math.round(durationMs), gateMs };
    options.onDone?.(item);
    return item;
  } catch (thrown) {
    const error = named(asJobicoError(thrown), base.path);
    const item: BuildItem = { ...base, ok: false, error: toProblem(error) };
    options.onDone?.(item, error);
    return item;
  }
}

/** The gate is not told whose component it looks at. */
function named(error: JobicoError, path: string): JobicoError {
  if (error.code !== 'component-refused') return error;
  const { code, message, hint, details } = error;
  return new JobicoError(code, `${path}: ${message}`, { hint, details, cause: error });
}
