import { JobicoError } from '@jobico/contract';
import { BuildError, type Builder, type BuildOptions } from '@jobico/sdk/build';
import type { BuildTarget } from './build-plan.ts';
import { readComponent } from './read-component.ts';
import { runBuildCommand, type CommandOptions } from './run-build-command.ts';

/** A component that was built, or found where nothing builds it. */
export interface BuiltTarget {
  target: BuildTarget;
  bytes: Uint8Array;
  /** Files and folders, absolute: when one of them changes, it is to be built again. */
  inputs: readonly string[];
  durationMs: number;
}

export interface TargetOptions extends CommandOptions {
  /** Of the components that are made of TypeScript or JavaScript; whoever made it closes it. */
  builder: Builder;
}

/** Builds one component of a package, whose folder is `root`. Throws `build-failed`; a place in a source is in its details. */
export async function buildTarget(target: BuildTarget, root: string, options: TargetOptions): Promise<BuiltTarget> {
  const startedAt = performance.now();
  const { bytes, inputs } = await build(target, root, options);
  return { target, bytes, inputs, durationMs: performance.now() - startedAt };
}

async function build(
  target: BuildTarget,
  root: string,
  options: TargetOptions,
): Promise<Pick<BuiltTarget, 'bytes' | 'inputs'>> {
  switch (target.kind) {
    case 'source':
      return await buildSource(options.builder, { source: target.source, out: target.path, root });
    case 'command':
      await runBuildCommand(target, options);
      return { bytes: await readComponent(target.path), inputs: target.watch };
    case 'prebuilt':
      return { bytes: await readComponent(target.path), inputs: [target.path] };
  }
}

async function buildSource(builder: Builder, options: BuildOptions): Promise<Pick<BuiltTarget, 'bytes' | 'inputs'>> {
  try {
    return await builder.build(options);
  } catch (error) {
    if (error instanceof BuildError) throw failureOf(error);
    throw missingToolchain(error) ?? error;
  }
}

function failureOf({ message, hint, place, frame, ...error }: BuildError): JobicoError {
  return new JobicoError('build-failed', message, {
    hint,
    details: { ...(place && { place }), ...(frame !== undefined && { frame }) },
    cause: error,
  });
}

/** What builds jobs in TypeScript is large native code, which an install may leave out. */
function missingToolchain(error: unknown): JobicoError | undefined {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  const [, name] = /(componentize-qjs|rolldown)/.exec(message) ?? [];
  if (name === undefined || (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND')) return undefined;
  return new JobicoError('build-failed', `${name} is not installed, or not for this machine (${process.platform}-${process.arch})`, {
    hint: `Run: npm install ${name}`,
    cause: error,
  });
}
