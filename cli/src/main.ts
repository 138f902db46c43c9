import { createRequire } from 'node:module';
import { Errors, flush, run, settings } from '@oclif/core';
import { applyEnvArguments } from './session/env-arguments.ts';

export interface MainOptions {
  /** Folder of this package. */
  root: string;
  /** Whether it runs from its TypeScript sources. */
  isCheckout: boolean;
}

/** Runs the command that the process's arguments name, and sets the exit code. */
export async function main(options: MainOptions): Promise<void> {
  let args = process.argv.slice(2);
  try {
    args = await applyEnvArguments(args, process.env);
    await run(args, loadOptions(options));
    await flush();
  } catch (error) {
    process.exitCode = await exitCodeOf(error, args);
    await flush().catch(() => undefined);
    // What a failed command has left open must not keep the process.
    process.exit();
  }
}

/** How oclif finds the commands: compiled ones by the package's own settings, those of a checkout by its sources. */
export function loadOptions({ root, isCheckout }: MainOptions) {
  const manifest = createRequire(import.meta.url)('../package.json') as Manifest;
  if (!isCheckout) return { root, pjson: manifest };
  // oclif would look for ts-node; Node itself strips the types.
  settings.enableAutoTranspile = false;
  const oclif = JSON.parse(JSON.stringify(manifest.oclif).replaceAll('./dist/', './src/')) as Manifest['oclif'];
  return { root, pjson: { ...manifest, oclif }, devPlugins: false };
}

interface Manifest {
  name: string;
  version: string;
  oclif: Record<string, unknown>;
}

/** A command has told its own error by the time it ends; what comes from elsewhere is told here. */
async function exitCodeOf(error: unknown, args: readonly string[]): Promise<number> {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 1;
  const { tell } = await import('./output/tell-error.ts');
  return tell(error, { isJson: args.includes('--json'), isDebug: args.includes('--debug') });
}
