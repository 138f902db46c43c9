import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { JobicoError } from '@jobico/contract';

/** Where to get what the toolchains of jobs are made of, for build files that do not say it. */
const KNOWN: Readonly<Record<string, string>> = {
  cargo: 'Install Rust from https://rustup.rs, then run: rustup target add wasm32-wasip2',
  rustc: 'Install Rust from https://rustup.rs, then run: rustup target add wasm32-wasip2',
  'componentize-py': 'Run: pip install componentize-py (Python 3.10 or newer)',
  python3: 'Install Python 3.10 or newer from https://www.python.org/downloads/',
  go: 'Install Go from https://go.dev/dl/',
  tinygo: 'Install TinyGo from https://tinygo.org/getting-started/install/',
  'wasm-tools': 'Run: cargo install wasm-tools, or take a release from https://github.com/bytecodealliance/wasm-tools',
  'wit-bindgen': 'Run: cargo install wit-bindgen-cli, or take a release from https://github.com/bytecodealliance/wit-bindgen',
  clang: 'Install the WASI SDK from https://github.com/WebAssembly/wasi-sdk/releases',
};

/** Throws `build-failed` with how to get them, if programs that a build needs are not on the PATH. */
export function requirePrograms(runtime: string, needs: Readonly<Record<string, string>>): void {
  const missing = Object.entries(needs).filter(([name]) => !isOnPath(name));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const [first] = missing;
  throw new JobicoError('build-failed', `${runtime} cannot be built: ${names.join(', ')} not found on the PATH`, {
    hint: missing.map(([name, how]) => how || KNOWN[name] || `Install ${name}.`).join('\n'),
    details: { runtime, missing: names, ...(first && { program: first[0] }) },
  });
}

/** How to get a program that a shell did not find, if we know it. */
export function hintFor(program: string): string | undefined {
  return KNOWN[program];
}

function isOnPath(name: string): boolean {
  const extensions = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';') : [''];
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => extensions.some((extension) => isExecutable(join(folder, `${name}${extension}`))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
