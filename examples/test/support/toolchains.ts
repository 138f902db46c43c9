import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The environment of builds: what scripts/install-toolchains.sh has installed goes before the machine's own. */
export const toolchainEnv: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(root, '.toolchains/bin'), process.env.PATH].join(delimiter),
};

/** What this machine lacks to build components in a language, in a few words; undefined if it lacks nothing. */
export function missingToolchain(language: string): string | undefined {
  switch (language) {
    case 'rust':
      return hasRustTarget() ? undefined : 'no Rust with the target wasm32-wasip2';
    case 'go':
      return says('go', ['version'], /go1\.(2[4-9]|[3-9]\d)/) ? undefined : 'no Go 1.24 or later';
    case 'python':
      return says('componentize-py', ['--version'], /componentize-py/) ? undefined : 'no componentize-py';
    case 'c':
      return hasC() ? undefined : 'no zig and no wasi-sdk';
    default:
      return undefined;
  }
}

/** A test's name with the reason why it does not run here. */
export function nameOf(name: string, missing: string | undefined): string {
  return missing === undefined ? name : `${name} (not run: ${missing}; see scripts/install-toolchains.sh)`;
}

function hasRustTarget(): boolean {
  const folder = output('rustc', ['--print', 'target-libdir', '--target', 'wasm32-wasip2'])?.trim();
  return folder !== undefined && existsSync(folder);
}

function hasC(): boolean {
  return (
    process.env.WASI_SDK_PATH !== undefined ||
    says('zig', ['version'], /\d/) ||
    output('python3', ['-c', 'import ziglang']) !== undefined
  );
}

function says(program: string, args: readonly string[], expected: RegExp): boolean {
  return expected.test(output(program, args) ?? '');
}

function output(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { env: toolchainEnv, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  } catch {
    return undefined;
  }
}
